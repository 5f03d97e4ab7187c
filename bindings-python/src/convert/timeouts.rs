//! Timeouts in every form that Python's HTTP libraries take: a number of seconds is read
//! here, every other form by `lomi._convert.timeouts`.

use std::time::Duration;

use lomi::Error;
use lomi::binding::{messages, seconds, seconds_from_zero};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

use crate::error::{BindingError, wrong};
use crate::python_code;

/// A timeout: one time for the whole call, and one for connecting where the caller gives both.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) whole: Option<Duration>,
    pub(crate) connect: Option<Duration>,
}

/// Reads a timeout in any of the forms that Python's HTTP libraries take.
pub(crate) fn times(name: &str, value: &Bound<'_, PyAny>) -> Result<Times, BindingError> {
    if let Some(number) = plain_number(value) {
        return Ok(Times { whole: Some(seconds(name, number)?), connect: None });
    }
    let (whole, connect): (Option<f64>, Option<f64>) =
        other_form("parts", name, value)?.extract()?;
    Ok(Times {
        whole: whole.map(|number| seconds(name, number)).transpose()?,
        connect: connect.map(|number| seconds(name, number)).transpose()?,
    })
}

/// Reads a number of seconds above zero, or a timedelta.
pub(crate) fn time(name: &str, value: &Bound<'_, PyAny>) -> Result<Duration, BindingError> {
    one(name, value, seconds)
}

/// Reads a number of seconds, or a timedelta; both may be zero.
pub(crate) fn time_from_zero(
    name: &str,
    value: &Bound<'_, PyAny>,
) -> Result<Duration, BindingError> {
    one(name, value, seconds_from_zero)
}

fn one(
    name: &str,
    value: &Bound<'_, PyAny>,
    checked: fn(&str, f64) -> Result<Duration, Error>,
) -> Result<Duration, BindingError> {
    let number = match plain_number(value) {
        Some(number) => number,
        None => other_form("one", name, value)?.extract()?,
    };
    Ok(checked(name, number)?)
}

/// Calls a function of `lomi._convert.timeouts` for a time that is no plain number.
fn other_form<'py>(
    reader: &str,
    name: &str,
    value: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, BindingError> {
    let py = value.py();
    let module = python_code::import(py, c"lomi._convert.timeouts")?;
    let reader = python_code::attribute(&module, &PyString::new(py, reader))?;
    let read = python_code::call(&reader, (name, value));
    read.map_err(|error| match error.is_instance_of::<PyValueError>(py) {
        true => wrong(messages::not_a_timeout(name, error.value(py).to_string())),
        false => error.into(),
    })
}

/// A float or an int. An int beyond any float becomes an infinity.
fn plain_number(value: &Bound<'_, PyAny>) -> Option<f64> {
    if value.is_instance_of::<PyBool>() {
        return None;
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return Some(number.value());
    }
    value.cast::<PyInt>().ok()?;
    match value.extract() {
        Ok(number) => Some(number),
        Err(_) if value.lt(0).unwrap_or(false) => Some(f64::NEG_INFINITY),
        Err(_) => Some(f64::INFINITY),
    }
}
