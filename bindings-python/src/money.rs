//! Money: the core's rules for amounts. The class that users see is Python's.

use lomi::Money;
use pyo3::prelude::*;

use crate::fault::guarded;

/// (amount, currency, decimals, as written) of an amount in the smallest unit.
type Parts = (i64, &'static str, u32, String);

/// Checks an amount in the currency's smallest unit.
#[pyfunction]
pub(crate) fn money(amount: i64, currency: &str) -> PyResult<Parts> {
    guarded(|| Ok(parts(&Money::new(amount, currency)?)))
}

/// Reads an amount written in the currency's main unit.
#[pyfunction]
pub(crate) fn money_from_major(text: &str, currency: &str) -> PyResult<Parts> {
    guarded(|| Ok(parts(&Money::from_major(text, currency)?)))
}

fn parts(money: &Money) -> Parts {
    (money.amount(), money.currency(), money.decimals(), money.to_string())
}
