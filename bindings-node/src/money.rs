//! Amounts with their currency, checked and written by the core.

use lomi::{Error, ErrorKind, Money};
use napi_derive::napi;

use crate::facts;

/// An amount, or the text of the error that stands against it.
#[napi(object)]
#[derive(Default)]
pub struct Amount {
    pub refused: Option<String>,
    /// Of the smallest unit, in digits.
    pub amount: String,
    pub currency: String,
    pub decimals: u32,
    /// As people write it.
    pub text: String,
}

/// So many of the currency's smallest unit, given in digits.
#[napi(catch_unwind)]
pub fn money(amount: String, currency: String) -> Amount {
    let digits = amount.parse().map_err(|_| {
        Error::new(ErrorKind::Validation, format!("{amount} is larger than any amount"))
    });
    said(digits.and_then(|amount| Money::new(amount, &currency)))
}

/// An amount written in the currency's main unit.
#[napi(catch_unwind)]
pub fn money_from_major(text: String, currency: String) -> Amount {
    said(Money::from_major(&text, &currency))
}

fn said(money: Result<Money, Error>) -> Amount {
    match money {
        Ok(money) => Amount {
            refused: None,
            amount: money.amount().to_string(),
            currency: money.currency().to_owned(),
            decimals: money.decimals(),
            text: money.to_string(),
        },
        Err(error) => {
            let refused = facts::of_error(&error).into_iter().map(char::from).collect();
            Amount { refused: Some(refused), ..Amount::default() }
        }
    }
}
