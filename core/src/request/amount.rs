//! Amounts in a body: whole numbers of the currency's smallest unit. A fraction is probably in the
//! main unit, but the API would not convert it, so it is refused with the number that was probably
//! meant. Nothing is scaled here.

use crate::json::{Map, Number, Value};

use crate::decimal::Decimal;
use crate::error::Error;
use crate::money::{self, Money};

/// The field with the currency of a body's amounts.
const CURRENCY: &str = "currency_code";

/// Replaces a [`Money`] with its amount and sets `currency_code`. Every language passes its `Money`
/// class as an object of `amount` and `currency`.
pub(crate) fn take_money(name: &str, fields: &mut Map<String, Value>) -> Result<(), Error> {
    let Some(Value::Object(given)) = fields.get(name) else { return Ok(()) };
    let known = |key: &str| ["amount", "currency", "decimals"].contains(&key);
    let (Some(Value::Number(amount)), Some(Value::String(currency)), true) =
        (given.get("amount"), given.get("currency"), given.keys().all(|key| known(key)))
    else {
        return Err(Error::validation(format!("{name} must be a number or a Money")));
    };
    let whole = Decimal::parse(&amount.to_string()).and_then(|n| n.whole()?.parse().ok());
    let whole: i64 = whole
        .ok_or_else(|| Error::validation(format!("{name} must be a whole number, not {amount}")))?;
    let money = Money::new(whole, currency)?;
    match fields.get(CURRENCY) {
        None | Some(Value::Null) => {}
        Some(Value::String(same)) if *same == money.currency() => {}
        Some(other) => {
            return Err(Error::validation(format!(
                "{name} is in {}, but {CURRENCY} is {other}: leave {CURRENCY} out",
                money.currency()
            )));
        }
    }
    fields.insert(name.to_owned(), money.amount().into());
    fields.insert(CURRENCY.to_owned(), money.currency().into());
    Ok(())
}

/// What is wrong with an amount, as a sentence; `None` for a whole number of the smallest unit.
/// `fields` is the body, which may contain the currency.
pub(crate) fn problem(name: &str, value: &Value, fields: &Map<String, Value>) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let exact = Decimal::parse(&text)?;
    let code = fields.get(CURRENCY).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let currency = money::currency(&code.to_ascii_uppercase());
    let shown = shortened(&text);
    if exact.is_whole() {
        if exact.whole().is_none_or(|whole| whole.parse::<i64>().is_err()) {
            return Some(format!(
                "{name} is {shown}, which is more than any payment: at most {} of the currency's \
                 smallest unit",
                i64::MAX
            ));
        }
        // With two decimals, "50.00" EUR probably means 50 euros, but the API would take 0.50.
        let (code, decimals, _) = currency?;
        if decimals == 0 || fraction_length(&text) < decimals as usize {
            return None;
        }
        let (minor, major) = (exact.shifted(decimals).whole()?, exact.whole()?);
        return Some(format!(
            "{name} is {shown} {code}, but amounts are in cents: {minor}, or \
             Money.from_major(\"{shown}\", \"{code}\"); for {major} cents give {major}"
        ));
    }
    let corrected = currency.and_then(|(code, decimals, _)| {
        let rest = correction(&exact, code, decimals)?;
        Some(format!("{name} is {shown} {code}, but {rest}"))
    });
    Some(corrected.unwrap_or_else(|| {
        format!(
            "{name} is {shown}, but amounts are whole numbers of the currency's smallest unit: \
             cents of EUR and USD, francs of XOF"
        )
    }))
}

/// The amount that was probably meant by a fraction.
fn correction(exact: &Decimal, code: &str, decimals: u32) -> Option<String> {
    if decimals == 0 {
        let (below, above) = exact.neighbours()?;
        return Some(format!(
            "the franc has no smaller unit, so amounts are whole francs: {below} or {above}"
        ));
    }
    let cents = exact.shifted(decimals);
    if !cents.is_whole() {
        let (below, above) = cents.neighbours()?;
        return Some(format!("amounts are whole cents: {below} or {above}"));
    }
    let (minor, major) = (cents.whole()?, exact.plain()?);
    Some(format!("amounts are in cents: {minor}, or Money.from_major(\"{major}\", \"{code}\")"))
}

/// How many digits follow the decimal point, in plain notation.
fn fraction_length(text: &str) -> usize {
    match text.split_once('.') {
        Some((_, fraction)) if !fraction.contains(['e', 'E']) => fraction.len(),
        _ => 0,
    }
}

fn shortened(text: &str) -> String {
    match text.get(..40) {
        Some(start) if text.len() > 40 => format!("{start}..."),
        _ => text.to_owned(),
    }
}

impl From<Money> for Value {
    fn from(money: Money) -> Self {
        let mut fields = Map::new();
        fields.insert("amount".into(), money.amount().into());
        fields.insert("currency".into(), money.currency().into());
        Self::Object(fields)
    }
}

/// The amount of a typed body: a number in the currency's smallest unit, or a [`Money`], which also
/// sets the currency.
#[derive(Debug, Clone)]
pub struct Amount(pub(crate) Value);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money.into())
    }
}

impl<N: Into<Number>> From<N> for Amount {
    fn from(number: N) -> Self {
        Self(Value::Number(number.into()))
    }
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::*;

    fn sentence(body: Value) -> Option<String> {
        let Value::Object(fields) = body else { unreachable!() };
        problem("amount", &fields["amount"], &fields)
    }

    #[test]
    fn whole_numbers_are_amounts_in_any_notation() {
        for amount in [
            json!(5000),
            json!(5000.0),
            json!("5000"),
            json!("5000.0"),
            json!("5e3"),
            json!(0),
            json!(i64::MAX),
        ] {
            for currency in ["XOF", "EUR", "GBP"] {
                let body = json!({"amount": amount, "currency_code": currency});
                assert_eq!(sentence(body.clone()), None, "{body}");
            }
        }
        assert_eq!(sentence(json!({"amount": "5000.00", "currency_code": "XOF"})), None);
    }

    #[test]
    fn other_amounts_are_refused_with_what_was_meant() {
        let refused = |amount: Value, currency: &str, part: &str| {
            let sentence = sentence(json!({"amount": amount, "currency_code": currency})).unwrap();
            assert!(sentence.contains(part), "{sentence}");
        };
        refused(
            json!(19.99),
            "USD",
            "19.99 USD, but amounts are in cents: 1999, or Money.from_major(\"19.99\", \"USD\")",
        );
        refused(json!("19.90"), "EUR", "cents: 1990, or Money.from_major(\"19.9\", \"EUR\")");
        refused(json!(1.999), "usd", "whole cents: 199 or 200");
        refused(
            json!("50.00"),
            "EUR",
            "cents: 5000, or Money.from_major(\"50.00\", \"EUR\"); for 50 cents give 50",
        );
        refused(json!("100.50"), "XOF", "100.50 XOF, but the franc has no smaller unit");
        refused(json!("100.50"), "XOF", "100 or 101");
        refused(json!(0.5), "", "smallest unit");
        // An amount without a probable meaning is refused too.
        refused(json!("99999999999999999999.555"), "USD", "smallest unit");
        refused(json!("99999999999999999999.5"), "XOF", "smallest unit");
        refused(json!("1e-400"), "EUR", "whole cents: 0 or 1");
        for large in ["1000000000000000000000000000000", "1e30", "9223372036854775808"] {
            let number: Value = Number::from_string_unchecked(large.to_owned()).into();
            refused(number, "XOF", "more than any payment");
        }
    }

    #[test]
    fn a_money_sets_amount_and_currency() {
        let money = Money::new(1999, "USD").unwrap();
        let mut fields = Map::new();
        fields.insert("amount".into(), money.into());
        take_money("amount", &mut fields).unwrap();
        assert_eq!(Value::from(fields.clone()), json!({"amount": 1999, "currency_code": "USD"}));
        for (amount, code) in [
            (Value::from(money), json!("XOF")),
            (json!({"amount": 1.5, "currency": "USD"}), Value::Null),
            (json!({"amount": 1, "currency": "GBP"}), Value::Null),
            (json!({"amount": 1}), Value::Null),
            (json!({"amount": 1, "currency": "USD", "other": 1}), Value::Null),
        ] {
            let mut fields = Map::new();
            fields.insert("amount".into(), amount.clone());
            fields.insert("currency_code".into(), code);
            assert!(take_money("amount", &mut fields).is_err(), "{amount}");
        }
    }
}
