//! Amounts in a body: whole numbers of the currency's smallest unit. A fraction is probably in the
//! main unit, but the API would not convert it, so it is refused with the number that was probably
//! meant. Nothing is scaled here.

use crate::json::{Map, Number, Value};

use crate::decimal::Decimal;
use crate::error::Error;
use crate::message::Message;
use crate::messages::request as messages;
use crate::money::{self, Money};

/// How people write the currencies.
const WORDS: &[(&str, &[&str])] = &[
    ("XOF", &["f", "fr", "frs", "franc", "francs", "cfa", "fcfa", "xof"]),
    ("EUR", &["€", "eur", "euro", "euros"]),
    ("USD", &["$", "us", "$us", "us$", "usd", "dollar", "dollars"]),
];

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
        return Err(Error::validation(messages::money_shape(name)));
    };
    let whole = Decimal::parse(&amount.to_string()).and_then(|n| n.whole()?.parse().ok());
    let whole: i64 =
        whole.ok_or_else(|| Error::validation(messages::money_not_whole(name, amount)))?;
    let money = Money::new(whole, currency)?;
    match fields.get(CURRENCY) {
        None | Some(Value::Null) => {}
        Some(Value::String(same)) if *same == money.currency() => {}
        Some(other) => {
            let message = messages::money_in_other_currency(name, money.currency(), other);
            return Err(Error::validation(message));
        }
    }
    fields.insert(name.to_owned(), money.amount().into());
    fields.insert(CURRENCY.to_owned(), money.currency().into());
    Ok(())
}

/// What is wrong with an amount, as a sentence; `None` for a whole number of the smallest unit.
/// `fields` is the body, which may contain the currency.
pub(crate) fn problem(name: &str, value: &Value, fields: &Map<String, Value>) -> Option<Message> {
    let text = match value {
        // It has no decimals that could mean something else.
        Value::Number(number) if number.is_whole() => return None,
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let exact = Decimal::parse(&text)?;
    let currency = currency_of(fields);
    let shown = shortened(&text);
    if exact.is_whole() {
        if exact.whole().is_none_or(|whole| whole.parse::<i64>().is_err()) {
            return Some(messages::amount_too_large(name, shown, i64::MAX));
        }
        // "1.000" may be a thousand, as people write it, or one.
        if value.is_string() && fraction_length(&text) == 3 {
            let thousands = text.replace('.', "");
            return Some(messages::amount_of_thousands(name, shown, thousands, exact.whole()?));
        }
        // With two decimals, "50.00" EUR probably means 50 euros, but the API would take 0.50.
        let (code, decimals) = currency?;
        if decimals == 0 || fraction_length(&text) < decimals as usize {
            return None;
        }
        let (minor, major) = (exact.shifted(decimals).whole()?, exact.whole()?);
        return Some(messages::amount_in_units(name, shown, code, minor, major));
    }
    let corrected =
        currency.and_then(|(code, decimals)| corrected(name, &shown, &exact, code, decimals));
    Some(corrected.unwrap_or_else(|| messages::amount_with_fraction(name, shown)))
}

/// Names the amount that was probably meant by a fraction.
fn corrected(
    name: &str,
    shown: &str,
    exact: &Decimal,
    code: &str,
    decimals: u32,
) -> Option<Message> {
    if decimals == 0 {
        let (below, above) = exact.neighbours()?;
        return Some(messages::amount_below_a_franc(name, shown, code, below, above));
    }
    let cents = exact.shifted(decimals);
    if !cents.is_whole() {
        let (below, above) = cents.neighbours()?;
        return Some(messages::amount_below_a_cent(name, shown, code, below, above));
    }
    let (minor, major) = (cents.whole()?, exact.plain()?);
    Some(messages::amount_in_cents(name, shown, code, minor, major))
}

/// What is wrong with an amount that is text and no number, such as `1 000`, `1000 F` or `10,50`,
/// and the amount that was probably meant.
pub(crate) fn not_a_number(name: &str, text: &str, fields: &Map<String, Value>) -> Message {
    let text = &shortened(text);
    meant(name, text, fields).unwrap_or_else(|| messages::amount_as_text(name, text))
}

fn meant(name: &str, text: &str, fields: &Map<String, Value>) -> Option<Message> {
    let (code, decimals) = currency_of(fields)?;
    let exact = Decimal::parse(&as_number(text, code)?)?;
    if decimals > 0 {
        let (minor, major) = (exact.shifted(decimals).whole()?, exact.plain()?);
        return Some(messages::amount_as_text_of_cents(name, text, major, code, minor));
    }
    match exact.whole() {
        Some(whole) => Some(messages::amount_as_text_of_francs(name, text, whole)),
        None => {
            let (below, above) = exact.neighbours()?;
            Some(messages::amount_as_text_below_a_franc(name, text, below, above))
        }
    }
}

/// The number in a string that a person wrote: without the spaces between its digits and without the
/// currency, and with a dot before its decimals. Returns `None` if it may be more than one number,
/// such as `1,000`, or has other words, such as `2 millions`.
fn as_number(text: &str, code: &str) -> Option<String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let start = text.find(is_digit)?;
    let end = text.rfind(is_digit)? + 1;
    let (before, digits, after) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
    let known = WORDS.iter().find(|(known, _)| *known == code).map_or(&[][..], |(_, words)| words);
    let is_currency = |part: &str| {
        let words = part.to_lowercase();
        let mut words = words.split(|c: char| c.is_whitespace() || c == '.');
        words.all(|word| word.is_empty() || known.contains(&word))
    };
    if !is_currency(before) || !is_currency(after) {
        return None;
    }
    let number: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let Some((whole, decimals)) = number.split_once([',', '.']) else { return Some(number) };
    let is_number = !whole.is_empty() && decimals.chars().all(is_digit);
    (is_number && (1..=2).contains(&decimals.len())).then(|| format!("{whole}.{decimals}"))
}

/// The currency that a body has: its code, and the decimals of its smallest unit.
fn currency_of(fields: &Map<String, Value>) -> Option<(&'static str, u32)> {
    let code = fields.get(CURRENCY)?.as_str()?.trim().to_ascii_uppercase();
    money::currency(&code).map(|(code, decimals, _)| (code, decimals))
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
    use crate::message::Language;

    use super::*;

    fn message(body: Value) -> Option<Message> {
        let Value::Object(fields) = body else { unreachable!() };
        match &fields["amount"] {
            Value::String(text) if !crate::json::is_number(text) => {
                Some(not_a_number("amount", text, &fields))
            }
            amount => problem("amount", amount, &fields),
        }
    }

    fn sentence(body: Value) -> Option<String> {
        message(body).map(|message| message.text(Language::English).to_owned())
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
        let thousand = sentence(json!({"amount": "1.000", "currency_code": "XOF"})).unwrap();
        assert!(thousand.contains("may mean 1000 or 1:"), "{thousand}");
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
        refused(json!("100.50"), "XOF", "never scaled: give whole francs: 100 or 101");
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
    fn an_amount_as_people_write_it_is_refused_with_its_digits() {
        for (text, currency, part) in [
            ("1 000", "XOF", r#"amount is not a number: "1 000". For 1000 francs give 1000"#),
            ("1\u{202f}000", "XOF", "For 1000 francs give 1000"),
            ("1000 F", "XOF", "For 1000 francs give 1000"),
            ("25 000 F CFA", "xof", "For 25000 francs give 25000"),
            ("10,50", "XOF", "The franc has no smaller unit and amounts are never scaled"),
            ("10,50", "XOF", "whole francs, 10 or 11"),
            (
                "10,50",
                "EUR",
                r#"For 10.5 EUR give 1050, which are cents, or Money.from_major("10.5""#,
            ),
            ("1 000 €", "EUR", "For 1000 EUR give 100000, which are cents"),
            ("$5", "USD", "For 5 USD give 500, which are cents"),
            ("1 000", "", "Give only digits, in the currency's smallest unit"),
            ("1,000", "XOF", "Give only digits"),
            ("1.000.000", "XOF", "Give only digits"),
            ("5 to 6", "XOF", "Give only digits"),
            ("2 millions", "XOF", "Give only digits"),
            ("5k", "XOF", "Give only digits"),
            ("1000 €", "XOF", "Give only digits"),
            ("-5 F", "XOF", "Give only digits"),
            ("mille", "XOF", "Give only digits"),
            ("", "XOF", "Give only digits"),
        ] {
            let sentence = sentence(json!({"amount": text, "currency_code": currency})).unwrap();
            assert!(sentence.contains(part), "{text}: {sentence}");
        }
    }

    #[test]
    fn amounts_are_refused_in_french_too() {
        for (amount, said) in [
            (
                json!("1 000"),
                "amount n'est pas un nombre : \"1 000\". Pour 1000 francs, indiquez 1000 : seulement des chiffres, sans espace, virgule ni devise",
            ),
            (
                json!(100.5),
                "amount vaut 100.5 XOF, mais le franc n'a pas de plus petite unité et les montants ne sont jamais convertis : indiquez des francs entiers, 100 ou 101",
            ),
        ] {
            let message = message(json!({"amount": amount, "currency_code": "XOF"})).unwrap();
            let error = Error::validation(message).in_language(Language::French);
            assert_eq!(error.message(), said);
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
