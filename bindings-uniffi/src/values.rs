//! Values outside of a call: amounts, idempotency keys, and JSON.

use lomi::binding::messages;
use lomi::{Error, ErrorKind, Money, Response, Value, idempotency_key as keys};

use crate::binding::model_at;
use crate::packed::value_of;
use crate::response::{any, error, object, string};
use crate::text;

/// An amount of the currency's smallest unit, given as digits.
#[uniffi::export]
pub(crate) fn money(amount: Vec<u8>, currency: Vec<u8>) -> Vec<u8> {
    let made = || {
        let (amount, currency) = (text::checked(amount)?, text::checked(currency)?);
        let digits = amount.parse();
        let refused = |_| Error::new(ErrorKind::Validation, messages::not_an_amount(&amount));
        Money::new(digits.map_err(refused)?, &currency)
    };
    packed_money(made())
}

/// An amount written in the currency's main unit.
#[uniffi::export]
pub(crate) fn money_from_major(text: Vec<u8>, currency: Vec<u8>) -> Vec<u8> {
    let made = || Money::from_major(&text::checked(text)?, &text::checked(currency)?);
    packed_money(made())
}

fn packed_money(money: Result<Money, Error>) -> Vec<u8> {
    let money = match money {
        Ok(money) => money,
        Err(refused) => return error(&refused),
    };
    any(|writer| {
        writer.map(|map| {
            map.integer("amount", Some(money.amount()));
            map.string("currency", Some(money.currency()));
            map.integer("decimals", Some(money.decimals()));
            map.string("text", Some(&money.to_string()));
        });
    })
}

/// A new idempotency key.
#[uniffi::export]
pub(crate) fn idempotency_key() -> String {
    keys::random()
}

/// The idempotency key for an attempt at an order. Both are values; without an attempt, it is the
/// first.
#[uniffi::export]
fn idempotency_key_for_order(order: Vec<u8>, attempt: Vec<u8>) -> Vec<u8> {
    match (value_of(&order), value_of(&attempt)) {
        (Ok(order), Ok(attempt)) => key_for_order(order, attempt),
        (Err(refused), _) | (_, Err(refused)) => error(&refused),
    }
}

pub(crate) fn key_for_order(order: Value, attempt: Value) -> Vec<u8> {
    string(match attempt {
        Value::Null => keys::for_order(order),
        attempt => keys::for_attempt(order, attempt),
    })
}

/// An object of a model from JSON, such as a stored response.
#[uniffi::export]
pub(crate) fn read_object(model: u16, json: Vec<u8>) -> Vec<u8> {
    let response =
        model_at(model).and_then(|model| Response::from_json(text::checked(json)?, model));
    object(|sink| response?.decode(sink).map(drop))
}

/// JSON as a value.
pub(crate) fn value_of_json(json: String) -> Vec<u8> {
    match json.parse::<Value>() {
        Ok(value) => any(|writer| writer.value(&value)),
        Err(refused) => error(&refused),
    }
}
