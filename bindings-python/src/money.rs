//! Money, and idempotency keys for orders. The rules are the core's; the class is Python's.

use lomi::binding::messages;
use lomi::{Message, Money, Value, idempotency_key};
use pyo3::prelude::*;

use crate::convert::strings::{given, text};
use crate::convert::to_core;
use crate::error::{BindingError, wrong};
use crate::exception::guarded;
use crate::model_set::ModelSet;

/// (amount in the smallest unit, currency, decimals, text to show).
type Parts = (i64, &'static str, u32, String);

/// Checks an amount in the currency's smallest unit.
#[pyfunction]
pub(crate) fn money(amount: &Bound<'_, PyAny>, currency: &Bound<'_, PyAny>) -> PyResult<Parts> {
    guarded(|| {
        let amount =
            amount.extract::<i64>().map_err(|_| wrong(messages::not_an_amount(given(amount))))?;
        Ok(parts(&Money::new(amount, &text("currency", currency)?)?))
    })
}

/// Reads an amount written in the currency's main unit.
#[pyfunction]
pub(crate) fn money_from_major(
    amount: &Bound<'_, PyAny>,
    currency: &Bound<'_, PyAny>,
) -> PyResult<Parts> {
    guarded(|| {
        let amount = text("amount", amount)?;
        Ok(parts(&Money::from_major(&amount, &text("currency", currency)?)?))
    })
}

/// The idempotency key of an order and attempt; always the same for the same two.
#[pyfunction]
pub(crate) fn key_for_order(
    order: &Bound<'_, PyAny>,
    attempt: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    guarded(|| {
        let order = part(order, messages::not_an_order)?;
        let attempt = match attempt {
            Some(attempt) => part(attempt, messages::not_an_attempt)?,
            None => Value::Null,
        };
        Ok(idempotency_key::for_attempt(order, attempt)?)
    })
}

fn part(given: &Bound<'_, PyAny>, rule: fn(Message) -> Message) -> Result<Value, BindingError> {
    to_core::any(messages::the_value(), given, ModelSet::Modern).map_err(|error| match error {
        BindingError::Core(error) => wrong(rule(error.sentence().clone())),
        python => python,
    })
}

fn parts(money: &Money) -> Parts {
    (money.amount(), money.currency(), money.decimals(), money.to_string())
}
