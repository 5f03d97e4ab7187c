//! Money and keys for orders: the core's rules. The class that users see is Python's.

use lomi::{Money, Value, idempotency_key};
use pyo3::prelude::*;

use crate::call::text;
use crate::fault::{Fault, guarded, wrong};
use crate::input;
use crate::shapes::Family;

/// (amount, currency, decimals, as written) of an amount in the smallest unit.
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

/// The idempotency key that always belongs to an attempt at an order.
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

fn part(rule: &str, given: &Bound<'_, PyAny>) -> Result<Value, Fault> {
    input::any("the value", given, Family::Modern).map_err(|fault| match fault {
        Fault::Core(error) => wrong(format!("{rule}: {}", error.message)),
        python => python,
    })
}

fn parts(money: &Money) -> Parts {
    (money.amount(), money.currency(), money.decimals(), money.to_string())
}
