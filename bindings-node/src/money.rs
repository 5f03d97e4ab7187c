//! Amounts with their currency, checked and formatted by the core.

use lomi::binding::messages;
use lomi::{Error, ErrorKind, Money};
use napi_derive::napi;

use crate::response;

/// An amount, or an error as JSON.
#[napi(object)]
#[derive(Default)]
pub struct Amount {
    pub refused: Option<String>,
    /// Digits; in the currency's smallest unit.
    pub amount: String,
    pub currency: String,
    pub decimals: u32,
    /// Formatted for people.
    pub text: String,
}

/// An amount of the currency's smallest unit, given as digits.
#[napi(catch_unwind)]
pub fn money(amount: String, currency: String) -> Amount {
    let digits = amount
        .parse()
        .map_err(|_| Error::new(ErrorKind::Validation, messages::not_an_amount(&amount)));
    to_js(digits.and_then(|amount| Money::new(amount, &currency)))
}

/// An amount written in the currency's main unit.
#[napi(catch_unwind)]
pub fn money_from_major(text: String, currency: String) -> Amount {
    to_js(Money::from_major(&text, &currency))
}

fn to_js(money: Result<Money, Error>) -> Amount {
    match money {
        Ok(money) => Amount {
            refused: None,
            amount: money.amount().to_string(),
            currency: money.currency().to_owned(),
            decimals: money.decimals(),
            text: money.to_string(),
        },
        Err(error) => Amount { refused: Some(response::error_string(&error)), ..Amount::default() },
    }
}
