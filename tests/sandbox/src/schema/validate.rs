//! Checks of create and update bodies, as each generation documents them.

use serde_json::{Map, Value};

use super::fields::{FIELDS, Field, Kind};
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::state::clock;

/// A body's documented fields, checked; unknown ones are ignored, as the server does.
pub(crate) type Input = Map<String, Value>;

const CURRENCIES: &[&str] = &["XOF", "USD", "EUR"];
const PROVIDERS: &[&str] =
    &["WAVE", "ORANGE", "MTN", "CARD", "STRIPE", "SPI", "JUMBO", "CYBERSOURCE", "MOOV", "FREE"];
const MAX_METADATA_KEYS: usize = 50;

/// Reads the body of a create.
///
/// # Errors
/// 400 with one problem for each field that is missing or wrong.
pub(crate) fn checked_input(generation: Generation, body: Value) -> Result<Input, ApiError> {
    let (mut input, mut problems) = known_fields(generation, body)?;
    input.retain(|_, value| !value.is_null());
    required(generation, &input, &mut problems);
    finish(input, problems)
}

/// Reads the body of an update: nothing is required, null clears a field.
///
/// # Errors
/// 400 with one problem for each field that is wrong.
pub(crate) fn checked_update(generation: Generation, body: Value) -> Result<Input, ApiError> {
    let (input, problems) = known_fields(generation, body)?;
    finish(input, problems)
}

/// The names in a body that this generation does not read, such as `expires_at` where sessions
/// have a fixed lifetime: the server drops them without a word.
pub(crate) fn ignored_names(generation: Generation, body: &Value) -> Vec<String> {
    let is_read = |name: &str| FIELDS.iter().any(|f| f.name == name && f.read_by(generation));
    let names = body.as_object().into_iter().flat_map(Map::keys);
    names.filter(|name| !is_read(name)).cloned().collect()
}

fn finish(input: Input, problems: Vec<Problem>) -> Result<Input, ApiError> {
    if problems.is_empty() { Ok(input) } else { Err(ApiError::invalid(problems)) }
}

fn known_fields(generation: Generation, body: Value) -> Result<(Input, Vec<Problem>), ApiError> {
    let Value::Object(mut body) = body else {
        return Err(ApiError::bad_request("The request body must be a JSON object"));
    };
    let mut input = Input::new();
    let mut problems = Vec::new();
    for field in FIELDS.iter().filter(|f| f.read_by(generation)) {
        let Some(value) = body.remove(field.name) else {
            continue;
        };
        match checked_value(generation, field, value) {
            Ok(value) => {
                input.insert(field.name.to_owned(), value);
            }
            Err(message) => problems.push(Problem::new(field.name, message)),
        }
    }
    Ok((input, problems))
}

fn checked_value(
    generation: Generation,
    field: &Field,
    value: Value,
) -> Result<Value, &'static str> {
    // Shop plugins send empty text for what the buyer left out; the server reads it as absent.
    if value.is_null() || value.as_str() == Some("") {
        return Ok(Value::Null);
    }
    let text = value.as_str();
    let fault = match field.kind {
        Kind::Text => text.is_none().then_some("must be a string"),
        Kind::Url => (!text.is_some_and(is_url)).then_some("must be an absolute http or https URL"),
        Kind::Email => (!text.is_some_and(is_email)).then_some("must be an email"),
        Kind::Positive => not_positive(&value),
        Kind::Bool => (!value.is_boolean()).then_some("must be a boolean"),
        Kind::Object => return checked_metadata(generation, value),
        Kind::Providers => providers_fault(generation, &value),
        Kind::Items => items_fault(&value),
        Kind::Time => {
            (text.and_then(clock::parse_iso).is_none()).then_some("must be an ISO 8601 date-time")
        }
        Kind::Status => (!text.is_some_and(|t| matches!(t, "open" | "completed" | "expired")))
            .then_some("must be one of open, completed, expired"),
        Kind::Currency => (!text.is_some_and(|t| CURRENCIES.contains(&t)))
            .then_some("must be one of XOF, USD, EUR"),
        Kind::Any => None,
    };
    fault.map_or(Ok(value), Err)
}

fn not_positive(value: &Value) -> Option<&'static str> {
    let Value::Number(number) = value else {
        return Some("must be a number");
    };
    // Compared as text: an f64 would call 1e-400 zero and lose digits of long integers.
    let text = number.as_str();
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let above_zero = !text.starts_with('-') && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    (!above_zero).then_some("must be greater than 0")
}

fn checked_metadata(generation: Generation, value: Value) -> Result<Value, &'static str> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(Value::Object(Map::new())),
        Value::Object(map) if generation == Generation::A => {
            if map.len() > MAX_METADATA_KEYS {
                Err("must have at most 50 keys")
            } else if map.values().all(Value::is_string) {
                Ok(Value::Object(map))
            } else {
                Err("must have string values only")
            }
        }
        Value::Object(map) => Ok(Value::Object(map)),
        _ => Err("must be an object"),
    }
}

fn providers_fault(generation: Generation, value: &Value) -> Option<&'static str> {
    match (generation, value) {
        (Generation::A, Value::Array(codes)) if codes.is_empty() => Some("must not be empty"),
        (Generation::A, Value::Array(codes)) => {
            let known = |code: &Value| code.as_str().is_some_and(|c| PROVIDERS.contains(&c));
            (!codes.iter().all(known)).then_some("has an unknown provider code")
        }
        (Generation::A, _) => Some("must be an array of provider codes"),
        // Typed as one string in the generated SDKs, though the column holds an array.
        (_, Value::String(_)) => None,
        (_, Value::Array(codes)) if codes.iter().all(Value::is_string) => None,
        _ => Some("must be a string"),
    }
}

fn items_fault(value: &Value) -> Option<&'static str> {
    let Value::Array(items) = value else {
        return Some("must be an array");
    };
    if items.is_empty() {
        return Some("must not be empty");
    }
    items.iter().find_map(|item| {
        if !item.get("price_id").is_some_and(Value::is_string) {
            return Some("must have a price_id in each item");
        }
        item.get("quantity").and_then(not_positive).map(|_| "must have quantities above 0")
    })
}

fn required(generation: Generation, input: &Input, problems: &mut Vec<Problem>) {
    let reported = |problems: &[Problem], name: &str| problems.iter().any(|p| p.field == name);
    let any_of = |names: &[&str], problems: &[Problem]| {
        names.iter().any(|n| input.contains_key(*n) || reported(problems, n))
    };
    let fields: &[&'static str] = match generation {
        Generation::A => {
            &["success_url", "cancel_url", "allowed_providers", "amount", "currency_code"]
        }
        Generation::D => &["currency_code"],
        Generation::B | Generation::C | Generation::E => &[],
    };
    for name in fields {
        if !any_of(&[name], problems) {
            problems.push(Problem::new(name, "is required"));
        }
    }
    let charge = ["amount", "product_id", "price_id", "line_items", "subscription_id"];
    if matches!(generation, Generation::B | Generation::D | Generation::E)
        && !any_of(&charge, problems)
    {
        problems.push(Problem::new(
            "amount",
            "is required unless product_id, price_id, subscription_id or line_items is sent",
        ));
    }
    if generation == Generation::B && !any_of(&["customer_id", "customer_email"], problems) {
        problems.insert(0, Problem::whole("Either customer_id or customer_email is required"));
    }
}

/// An absolute http or https address. Placeholders such as `{CHECKOUT_SESSION_ID}` may be in it.
pub(crate) fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !text.chars().any(|c| c.is_control() || c == ' ' || c == '\\')
    })
}

pub(crate) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text.chars().any(|c| c.is_control() || c.is_whitespace())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<&'static str> {
        not_positive(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn amounts_are_judged_by_their_digits() {
        for good in ["1", "0.01", "10000.0", "1e-400", "99999999999999999999999"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["0", "-1", "0.00", "-0", "0e9", "\"10\"", "true"] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn urls_are_absolute_and_of_the_web() {
        assert!(is_url("https://shop.test/ok?id={CHECKOUT_SESSION_ID}"));
        for bad in ["javascript:alert(1)", "/ok", "http://", "https://a b", "ftp://x", "https://?x"]
        {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
