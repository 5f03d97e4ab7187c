//! Strings, paths, headers and counts among the options and settings.

use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::convert::to_core;
use crate::error::{BindingError, wrong};

/// A count, such as `max_retries`.
pub(crate) fn count(name: &str, value: &Bound<'_, PyAny>) -> Result<u32, BindingError> {
    value.extract().map_err(|_| wrong(format!("{name} must be a whole number from 0")))
}

/// A string, or an object that stands for one: a UUID, a member of an enum, a lazy string.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> Result<String, BindingError> {
    let plain = match value.cast::<PyString>() {
        Ok(text) => return unicode(name, text),
        Err(_) => to_core::plain(value, true)?,
    };
    match plain.cast::<PyString>() {
        Ok(text) => unicode(name, text),
        Err(_) => Err(wrong(format!("{name} must be a string, not {}", to_core::shown(value)))),
    }
}

fn unicode(name: &str, text: &Bound<'_, PyString>) -> Result<String, BindingError> {
    to_core::unicode(text).ok_or_else(|| wrong(format!("{name} {}", to_core::NOT_UNICODE)))
}

/// One path, or a list of paths.
pub(crate) fn path<'py, T: FromPyObjectOwned<'py>>(
    name: &str,
    value: &Bound<'py, PyAny>,
) -> Result<T, BindingError> {
    value.extract().map_err(|_| {
        let paths = value.cast::<PyList>().ok();
        let one = paths.and_then(|paths| paths.get_item(0).ok());
        let one = one.as_ref().unwrap_or(value);
        match one.is_instance_of::<PyString>() {
            true => wrong(format!("{name} {}", to_core::NOT_UNICODE)),
            false => wrong(format!("{name} must be a path, not {}", to_core::shown(one))),
        }
    })
}

/// Headers from a dictionary, or from pairs of name and value.
pub(crate) fn headers(given: &Bound<'_, PyAny>) -> Result<Vec<(String, String)>, BindingError> {
    let refused = || {
        let given = to_core::shown(given);
        wrong(format!("headers must be a dictionary of names and values, not {given}"))
    };
    let pairs = match given.cast::<PyDict>() {
        Ok(given) => given.items().into_any(),
        Err(_) if given.hasattr("items")? => given.call_method0("items")?,
        Err(_) if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() => {
            given.clone()
        }
        Err(_) => return Err(refused()),
    };
    let mut headers = Vec::new();
    for pair in pairs.try_iter().map_err(|_| refused())? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            pair?.extract().map_err(|_| refused())?;
        let name = text("the name of a header", &name)?;
        if value.is_none() {
            continue;
        }
        let number = value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
        let value = if number { value.str()?.into_any() } else { value };
        let value = text(&format!("the header {name}"), &value)?;
        headers.push((name, value));
    }
    Ok(headers)
}
