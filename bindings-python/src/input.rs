//! Python arguments as the core takes them: exact numbers, nothing dropped. Whatever is
//! not plain data is handed to `lomi._plain`, which knows enums, dates, models,
//! dataclasses and the like.

use lomi::{Map, Number, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::fault::{Fault, wrong};

/// Deepest nesting of an argument; a cyclic one ends here.
const DEEPEST: usize = 64;

/// A dictionary as named values; nothing for None.
pub(crate) fn named(given: Option<&Bound<'_, PyAny>>) -> Result<Map<String, Value>, Fault> {
    match given {
        None => Ok(Map::new()),
        Some(given) => match value(given, DEEPEST)? {
            Value::Object(fields) => Ok(fields),
            Value::Null => Ok(Map::new()),
            _ => Err(wrong("the parameters have to be a dictionary")),
        },
    }
}

/// Any value.
pub(crate) fn any(given: &Bound<'_, PyAny>) -> Result<Value, Fault> {
    value(given, DEEPEST)
}

fn value(given: &Bound<'_, PyAny>, deepest: usize) -> Result<Value, Fault> {
    let Some(deepest) = deepest.checked_sub(1) else {
        return Err(wrong("an argument is nested too deeply, or holds itself"));
    };
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(Value::String(text_of(text)?));
    }
    if given.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = given.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if given.is_instance_of::<PyInt>() {
        return whole(given);
    }
    if let Ok(number) = given.cast::<PyFloat>() {
        return Ok(float(number.value()));
    }
    if let Ok(fields) = given.cast_exact::<PyDict>() {
        let mut map = Map::with_capacity(fields.len());
        for (name, inner) in fields.iter() {
            let name = match name.cast::<PyString>() {
                Ok(name) => text_of(name)?,
                Err(_) => return Err(wrong(format!("a name is not text: {}", shown(&name)))),
            };
            map.insert(name, value(&inner, deepest)?);
        }
        return Ok(Value::Object(map));
    }
    if let Ok(items) = given.cast::<PyList>() {
        return items.iter().map(|item| value(&item, deepest)).collect();
    }
    if let Ok(items) = given.cast::<PyTuple>() {
        return items.iter().map(|item| value(&item, deepest)).collect();
    }
    // Everything else has to say itself what it is as plain data.
    let plain = given.py().import("lomi._plain")?.getattr("plain")?.call1((given,))?;
    if plain.is(given) {
        return Err(wrong(format!("{} cannot be sent", shown(given))));
    }
    if let Ok(digits) = plain.cast::<PyTuple>() {
        // A decimal: its digits, which no Python number can carry across.
        let digits: String = digits.get_item(0)?.extract()?;
        return Ok(Value::Number(Number::from_string_unchecked(digits)));
    }
    value(&plain, deepest)
}

fn whole(given: &Bound<'_, PyAny>) -> Result<Value, Fault> {
    if let Ok(small) = given.extract::<i64>() {
        return Ok(Value::Number(small.into()));
    }
    // `int.__repr__` rather than `str`: a subclass may show itself otherwise.
    let digits = given.py().get_type::<PyInt>().call_method1("__repr__", (given,))?;
    Ok(Value::Number(Number::from_string_unchecked(digits.extract()?)))
}

fn float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        // Refused by the core with the name of its field.
        None => Value::Number(Number::from_string_unchecked(value.to_string())),
    }
}

fn text_of(text: &Bound<'_, PyString>) -> Result<String, Fault> {
    match text.to_cow() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(wrong("a text holds half a character (a lone surrogate)")),
    }
}

/// What an argument is, without its content.
fn shown(given: &Bound<'_, PyAny>) -> String {
    match given.get_type().name() {
        Ok(name) => format!("an object of type {name}"),
        Err(_) => "an object".to_owned(),
    }
}
