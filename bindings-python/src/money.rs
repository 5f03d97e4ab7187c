//! Money, and idempotency keys for orders. The rules are the core's; the class is Python's.

use lomi::{Money, Value, idempotency_key};
use pyo3::prelude::*;

use crate::convert::strings::text;
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
        let amount = amount
            .extract::<i64>()
            .map_err(|_| wrong("amount must be a whole number of at most 19 digits"))?;
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
        let order = part("the order must be its id, a string or a whole number from 1", order)?;
        let attempt = match attempt {
            Some(attempt) => part("the attempt must be a whole number from 1", attempt)?,
            None => Value::Null,
        };
        Ok(idempotency_key::for_attempt(order, attempt)?)
    })
}

fn part(rule: &str, given: &Bound<'_, PyAny>) -> Result<Value, BindingError> {
    to_core::any("the value", given, ModelSet::Modern).map_err(|error| match error {
        BindingError::Core(error) => wrong(format!("{rule}: {}", error.message())),
        python => python,
    })
}

fn parts(money: &Money) -> Parts {
    (money.amount(), money.currency(), money.decimals(), money.to_string())
}
