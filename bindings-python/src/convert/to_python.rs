//! Values of the core to Python's built-in types: numbers with every digit, and JSON
//! without a schema.

use lomi::Value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList, PyString};

use crate::error::BindingError;
use crate::python_code;

/// A number that does not fit an i64: an int of any size, a float where it loses no digit,
/// else a Decimal.
pub(crate) fn number<'py>(
    py: Python<'py>,
    digits: &str,
) -> Result<Bound<'py, PyAny>, BindingError> {
    let whole = digits.strip_prefix('-').unwrap_or(digits);
    if whole.bytes().all(|byte| byte.is_ascii_digit()) && digits != "-0" {
        let builtins = py.import("builtins")?;
        return match builtins.getattr("int")?.call1((digits,)) {
            Ok(number) => Ok(number),
            // The interpreter limits the length of an int's text.
            Err(_) => decimal(py, digits),
        };
    }
    let mantissa = whole.split(['e', 'E']).next().unwrap_or_default();
    let significant = mantissa.bytes().filter(u8::is_ascii_digit).count();
    match digits.parse::<f64>() {
        // A float keeps fifteen digits, unless it overflows or underflows.
        Ok(value) if significant <= 15 && (value.is_normal() || is_zero(mantissa)) => {
            Ok(PyFloat::new(py, value).into_any())
        }
        _ => decimal(py, digits),
    }
}

fn decimal<'py>(py: Python<'py>, digits: &str) -> Result<Bound<'py, PyAny>, BindingError> {
    let module = python_code::import(py, c"decimal")?;
    Ok(module.getattr("Decimal")?.call1((digits,))?)
}

fn is_zero(mantissa: &str) -> bool {
    mantissa.bytes().all(|byte| byte == b'0' || byte == b'.')
}

/// A value without a schema.
pub(crate) fn plain<'py>(
    py: Python<'py>,
    value: &Value,
) -> Result<Bound<'py, PyAny>, BindingError> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(flag) => flag.into_pyobject(py).map_err(PyErr::from)?.to_owned().into_any(),
        Value::Number(digits) => match digits.as_i64() {
            Some(small) => small.into_pyobject(py).map_err(PyErr::from)?.into_any(),
            None => number(py, &digits.to_string())?,
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(plain(py, item)?)?;
            }
            list.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, plain(py, value)?)?;
            }
            dict.into_any()
        }
    })
}
