//! Strings, paths, headers, counts and limits among the options and settings.

use std::path::PathBuf;

use lomi::binding::{Argument, messages};
use lomi::{Limits, Message};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PySequence, PyString, PyTuple};

use crate::convert::to_core;
use crate::error::{BindingError, wrong};

type Pair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// A count, such as `max_retries`.
pub(crate) fn count(name: &str, value: &Bound<'_, PyAny>) -> Result<u32, BindingError> {
    // True is a number to Python, but no count.
    let number = if value.is_instance_of::<PyBool>() { None } else { value.extract().ok() };
    number.ok_or_else(|| wrong(messages::not_a_count(name, given(value))))
}

/// True or False. A string such as "false" would count as true.
pub(crate) fn flag(name: &str, value: &Bound<'_, PyAny>) -> Result<bool, BindingError> {
    value.extract().map_err(|_| wrong(messages::not_a_flag(name, given(value))))
}

/// A number of bytes, such as `max_bytes`.
pub(crate) fn bytes(name: impl Argument, value: &Bound<'_, PyAny>) -> Result<u64, BindingError> {
    number(value).ok_or_else(|| wrong(messages::not_whole_above_zero(name, given(value))))
}

/// A string, or an object that stands for one: a UUID, a member of an enum, a lazy string.
pub(crate) fn text(name: impl Argument, value: &Bound<'_, PyAny>) -> Result<String, BindingError> {
    let plain = match value.cast::<PyString>() {
        Ok(text) => return unicode(name, text),
        Err(_) => to_core::plain(value, true)?,
    };
    match plain.cast::<PyString>() {
        Ok(text) => unicode(name, text),
        Err(_) => Err(wrong(messages::not_a_string(name, to_core::kind(value)))),
    }
}

/// Ids from a list or any other collection. One string is refused: its letters would be read as ids.
pub(crate) fn ids(name: &str, given: &Bound<'_, PyAny>) -> Result<Vec<String>, BindingError> {
    let refused = || wrong(messages::not_ids(name, to_core::kind(given)));
    if given.is_instance_of::<PyString>() || given.is_instance_of::<PyBytes>() {
        return Err(refused());
    }
    let all = given.try_iter().map_err(|_| refused())?;
    all.map(|id| text(messages::id_in(name), &id?)).collect()
}

fn unicode(name: impl Argument, text: &Bound<'_, PyString>) -> Result<String, BindingError> {
    to_core::unicode(text).ok_or_else(|| wrong(messages::not_unicode(name)))
}

/// A path: a string, bytes or an object such as `pathlib.Path`.
pub(crate) fn path(name: &str, value: &Bound<'_, PyAny>) -> Result<PathBuf, BindingError> {
    value.extract().map_err(|_| match value.is_instance_of::<PyString>() {
        true => wrong(messages::not_unicode(name)),
        false => wrong(messages::not_a_path(name, to_core::kind(value))),
    })
}

/// A list of paths. One path is refused: its letters would be read as paths. So is a generator,
/// which a second client with the same settings would find empty.
pub(crate) fn paths(name: &str, value: &Bound<'_, PyAny>) -> Result<Vec<PathBuf>, BindingError> {
    let is_text = value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>();
    match value.cast::<PySequence>() {
        Ok(paths) if !is_text => paths.try_iter()?.map(|one| path(name, &one?)).collect(),
        _ => Err(wrong(messages::not_paths(name, to_core::kind(value)))),
    }
}

/// The pairs of a dictionary or another mapping, or those in a list. `refused` makes the error for
/// anything else.
fn pairs<'py>(
    given: &Bound<'py, PyAny>,
    refused: impl Fn() -> BindingError,
) -> Result<Vec<Pair<'py>>, BindingError> {
    let pairs = match given.cast::<PyDict>() {
        Ok(given) => given.items().into_any(),
        Err(_) if given.hasattr("items")? => given.call_method0("items")?,
        Err(_) if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() => {
            given.clone()
        }
        Err(_) => return Err(refused()),
    };
    let pairs = pairs.try_iter().map_err(|_| refused())?;
    pairs.map(|pair| pair?.extract().map_err(|_| refused())).collect()
}

/// Headers from a dictionary, or from pairs of name and value. `option` is the name for errors.
pub(crate) fn headers(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> Result<Vec<(String, String)>, BindingError> {
    let given = pairs(given, || {
        let given = to_core::kind(given);
        wrong(messages::not_names_and_values(option, messages::a_dictionary(), given))
    })?;
    let mut headers = Vec::new();
    for (name, value) in given {
        let name = text(messages::name_of_header(), &name)?;
        if value.is_none() {
            continue;
        }
        let number = (value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>())
            && !value.is_instance_of::<PyBool>();
        let value = if number { value.str()?.into_any() } else { value };
        let value = text(messages::the_header(&name), &value)?;
        headers.push((name, value));
    }
    Ok(headers)
}

/// Sets the limits that a dictionary has. One that is None keeps its default.
pub(crate) fn limits(limits: &mut Limits, given: &Bound<'_, PyAny>) -> Result<(), BindingError> {
    let given = pairs(given, || {
        let example = "{\"body\": 1000000}";
        wrong(messages::not_limits(messages::a_dictionary(), example, to_core::kind(given)))
    })?;
    for (name, value) in given {
        let name = text(messages::name_of_limit(), &name)?;
        if !value.is_none() {
            limits.set(&name, bytes(format!("limits.{name}"), &value)?)?;
        }
    }
    Ok(())
}

/// A limit. A number beyond any memory is no limit.
fn number(value: &Bound<'_, PyAny>) -> Option<u64> {
    let number = match value.is_instance_of::<PyBool>() {
        true => None,
        false => value.extract::<u64>().ok(),
    };
    let is_large = || value.is_instance_of::<PyInt>() && value.gt(u64::MAX).unwrap_or(false);
    number.or_else(|| is_large().then_some(u64::MAX))
}

/// A number as it is written, or the type of what is none.
pub(crate) fn given(value: &Bound<'_, PyAny>) -> Message {
    let is_number = value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
    let written = value.str().ok().filter(|_| is_number).map(|text| text.to_string());
    Message::untranslated(written.unwrap_or_else(|| to_core::kind(value)))
}
