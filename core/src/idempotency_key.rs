//! Idempotency keys, by which the server recognises that two requests are one call.
//!
//! A key is made once per call and stays the same on every attempt. To make a retry in
//! another process (after a crash, say) the same call, derive the key from what is
//! being paid:
//!
//! ```
//! use lomi::idempotency_key::{for_attempt, for_order};
//!
//! let key = for_order("order-123")?;
//! assert_eq!(key, for_order("order-123")?);
//! assert_ne!(key, for_order("order-124")?);
//! // The session of the first key has expired, or the cart has changed: the next attempt.
//! assert_ne!(key, for_attempt("order-123", 2)?);
//! # Ok::<(), lomi::Error>(())
//! ```

use crate::json::Value;
use uuid::Uuid;

use crate::decimal::Decimal;
use crate::error::Error;
use crate::message::Message;
use crate::messages::money as messages;

/// The namespace of derived keys. It must never change: an order must have the same key in every
/// version.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c6f_6d69_2e6b_4579_8d05_5e55_1d3a_f0c2);

/// Strings into which languages convert a missing value, or one that is no id. All orders without
/// an id would share such a key.
const NO_ORDERS: &[&str] = &[
    "null",
    "None",
    "nil",
    "undefined",
    "NaN",
    "nan",
    "Infinity",
    "inf",
    "true",
    "false",
    "True",
    "False",
    "[object Object]",
    "Array",
];

/// Beyond this, floats skip whole numbers, so two orders could have one key.
const EXACT_FLOAT: i64 = 1 << 53;

/// A new key from the operating system's random numbers, which a fork cannot duplicate.
pub fn random() -> String {
    Uuid::new_v4().to_string()
}

/// The key of an order: the same each time. Takes the order's id, a string or a whole number;
/// `1234` and `"1234"` are one order. Refuses a value that identifies no order, such as null, an
/// empty string or 0.
pub fn for_order(order: impl Into<Value>) -> Result<String, Error> {
    Ok(key_of(&order.into())?.to_string())
}

/// The key of another attempt at the same order. Attempts count from 1, whose key is that of
/// [`for_order`]. A new attempt is needed when the session of the last one has expired, or when the
/// order has changed.
pub fn for_attempt(order: impl Into<Value>, attempt: impl Into<Value>) -> Result<String, Error> {
    let first = key_of(&order.into())?;
    Ok(match attempt_number(&attempt.into())? {
        1 => first.to_string(),
        // In the order's namespace, so that no other order can have this key.
        attempt => Uuid::new_v5(&first, format!("attempt:{attempt}").as_bytes()).to_string(),
    })
}

fn key_of(order: &Value) -> Result<Uuid, Error> {
    let text = order_text(order)?;
    Ok(Uuid::new_v5(&NAMESPACE, format!("order:{text}").as_bytes()))
}

fn order_text(order: &Value) -> Result<String, Error> {
    let refuse = |what: Message| Err(Error::validation(messages::not_an_order(what)));
    match order {
        Value::Null => refuse(Message::untranslated("null")),
        Value::Bool(flag) => refuse(messages::the_boolean(flag)),
        Value::Array(_) => refuse(messages::a_list()),
        Value::Object(_) => refuse(messages::an_object()),
        Value::Number(number) => {
            let text = number.to_string();
            let Some(exact) = Decimal::parse(&text) else {
                return refuse(messages::no_number());
            };
            match exact.whole() {
                None => refuse(messages::the_number(text)),
                Some(whole) if whole == "0" || whole.starts_with('-') => {
                    refuse(messages::the_number(whole))
                }
                Some(whole) if is_rounded(&text, &whole) => refuse(messages::rounded_float()),
                Some(whole) => Ok(whole),
            }
        }
        Value::String(text) => {
            let blank = |letter: char| letter.is_whitespace() || is_invisible(letter);
            if text.chars().all(blank) {
                return refuse(match text.is_empty() {
                    true => messages::empty_string(),
                    false => messages::blank_string(),
                });
            }
            if text.starts_with(blank) || text.ends_with(blank) {
                return refuse(messages::string_with_blanks());
            }
            if NO_ORDERS.contains(&text.as_str()) {
                return refuse(messages::the_string(text));
            }
            match Decimal::parse(text) {
                Some(number) if number.whole().is_some_and(|n| n == "0" || n.starts_with('-')) => {
                    refuse(messages::the_string(text))
                }
                _ => Ok(text.clone()),
            }
        }
    }
}

/// Whether a number in a float's notation is too large for a float to be exact.
fn is_rounded(text: &str, whole: &str) -> bool {
    text.contains(['.', 'e', 'E']) && !whole.parse().is_ok_and(|n: i64| n <= EXACT_FLOAT)
}

fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn attempt_number(attempt: &Value) -> Result<u64, Error> {
    let whole = match attempt {
        Value::Null => Some(1),
        Value::Number(number) => Decimal::parse(&number.to_string())
            .and_then(|number| number.whole()?.parse().ok())
            .filter(|number| *number >= 1),
        _ => None,
    };
    whole.ok_or_else(|| {
        let shown = match attempt {
            Value::Number(number) => messages::the_number(number),
            Value::Bool(flag) => messages::the_boolean(flag),
            Value::String(_) => messages::a_string(),
            Value::Array(_) => messages::a_list(),
            _ => messages::an_object(),
        };
        Error::validation(messages::not_an_attempt(shown))
    })
}

/// Refuses a key that the server would change or cut.
pub(crate) fn check(key: &str) -> Result<(), Error> {
    let visible = key.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if key.is_empty() || key.len() > 255 || !visible {
        return Err(Error::validation(messages::bad_idempotency_key()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::json;
    use crate::json::Number;

    use super::*;

    fn number(digits: &str) -> Value {
        Number::from_string_unchecked(digits.to_owned()).into()
    }

    #[test]
    fn derived_keys_never_change() {
        // Literals, so that a change of the namespace or of the form cannot pass.
        let first = "3cf2e48e-dc88-5957-a0ba-bc8c1bacb17a";
        assert_eq!(for_order("order-123").unwrap(), first);
        assert_eq!(for_attempt("order-123", Value::Null).unwrap(), first);
        assert_eq!(for_attempt("order-123", 1).unwrap(), first);
        let second = for_attempt("order-123", 2).unwrap();
        assert_eq!(second, "fbb0801d-9d2f-5513-b87e-ca4dd0fa52e6");
        assert_eq!(for_attempt("order-123", 2.0).unwrap(), second);
        assert_ne!(for_attempt("order-123", 3).unwrap(), second);
    }

    #[test]
    fn a_number_and_its_string_are_one_order() {
        let key = for_order("1234").unwrap();
        for order in [json!(1234), json!(1234.0), number("1.234e3"), number("1234.00")] {
            assert_eq!(for_order(order.clone()).unwrap(), key, "{order}");
        }
        assert_eq!(
            for_order(number("123456789012345678901234567890")).unwrap(),
            for_order("123456789012345678901234567890").unwrap()
        );
        assert_ne!(for_order("01234").unwrap(), key);
    }

    #[test]
    fn a_value_that_is_no_order_has_no_key() {
        for order in [
            Value::Null,
            json!(true),
            json!(false),
            json!([]),
            json!([1]),
            json!({}),
            json!({"id": 1}),
            json!(""),
            json!("   "),
            json!("\u{feff}\n"),
            json!(" 1234"),
            json!("1234\n"),
            json!("undefined"),
            json!("None"),
            json!("NaN"),
            json!("[object Object]"),
            json!("0"),
            json!("-1"),
            json!(0),
            json!(-1),
            json!(12.5),
            number("0.0"),
            number("1e20"),
            number("NaN"),
            number("-Infinity"),
            number("1e99999"),
        ] {
            let error = for_order(order.clone()).unwrap_err();
            assert_eq!(error.inner.kind, crate::ErrorKind::Validation, "{order}");
        }
    }

    #[test]
    fn attempts_are_counted_from_one() {
        for attempt in [json!(0), json!(-1), json!(1.5), json!("2"), json!(true), json!([2])] {
            assert!(for_attempt("order-123", attempt.clone()).is_err(), "{attempt}");
        }
    }

    #[test]
    fn keys_the_server_would_alter_are_refused() {
        for bad in ["", " a", "a b", "é", "a\r\nb", &"x".repeat(256)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        assert!(check(&"x".repeat(255)).is_ok());
    }
}
