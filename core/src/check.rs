//! What can be known to be wrong before anything is sent. Only what every generation
//! of the API agrees on is refused; the rest is the server's to judge.

use crate::error::Error;
use crate::json::{Map, Number, Value};
use crate::schema::{Field, Kind, Model, Parameter};

/// Longest id that can be meant.
const LONGEST_ID: usize = 512;

/// The text of a path parameter: not empty, one segment, nothing hidden in it.
pub(crate) fn path_value(name: &str, value: &Value) -> Result<String, Error> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if is_finite(number) => number.to_string(),
        Value::Null => return Err(Error::validation(format!("{name} is missing"))),
        other => {
            let given = kind_of(other);
            return Err(Error::validation(format!("{name} has to be text, not {given}")));
        }
    };
    let refuse = |why: &str| Err(Error::validation(format!("{name} {why}")));
    match text.as_str() {
        "" => refuse("is empty"),
        "." | ".." => refuse("is a path, not an id"),
        text if text.trim().is_empty() => refuse("is blank"),
        text if text.chars().any(char::is_control) => refuse("has a control character in it"),
        text if text.len() > LONGEST_ID => refuse("is longer than any id"),
        _ => Ok(text),
    }
}

/// The text of a query parameter; nothing for null.
pub(crate) fn query_value(
    known: &[Parameter],
    name: &str,
    value: &Value,
) -> Result<Option<String>, Error> {
    let parameter = known.iter().find(|parameter| parameter.name == name);
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) if !is_finite(number) => {
            return Err(Error::validation(format!("{name} is not a finite number")));
        }
        Value::Number(number) => number.to_string(),
        other => other.to_string(),
    };
    let Some(parameter) = parameter else { return Ok(Some(text)) };
    if let Kind::Integer = parameter.kind {
        let number = text.parse::<i64>().ok().filter(|_| !value.is_string());
        let number = number.ok_or_else(|| {
            Error::validation(format!("{name} has to be a whole number, not {value}"))
        })?;
        if parameter.least.is_some_and(|least| number < least)
            || parameter.most.is_some_and(|most| number > most)
        {
            return Err(Error::validation(match (parameter.least, parameter.most) {
                (Some(least), Some(most)) => {
                    format!("{name} has to be from {least} to {most}, not {number}")
                }
                (Some(least), None) => format!("{name} has to be at least {least}, not {number}"),
                _ => format!("{name} is {number}, which is too large"),
            }));
        }
    }
    Ok(Some(text))
}

/// The fields of a body, against what the schema knows of them.
pub(crate) fn body(model: &'static Model, fields: &Map<String, Value>) -> Result<(), Error> {
    for (name, value) in fields {
        if let Some(field) = model.field(name) {
            check_field(field, value)?;
        }
        check_numbers(name, value)?;
    }
    Ok(())
}

fn check_field(field: &Field, value: &Value) -> Result<(), Error> {
    let name = field.name;
    match (field.kind, value) {
        (_, Value::Null) => Ok(()),
        (Kind::Number | Kind::Integer, Value::Number(number)) => bounds(field, number),
        (Kind::Number | Kind::Integer, Value::String(text)) => {
            if !crate::json::is_number(text) {
                return Err(Error::validation(format!("{name} is not a number: {text:?}")));
            }
            bounds(field, &Number::from_string_unchecked(text.clone()))
        }
        (Kind::Number | Kind::Integer, _) => {
            Err(Error::validation(format!("{name} has to be a number")))
        }
        (Kind::Map, value) => object(name, value),
        (Kind::Maps, Value::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| object(&format!("{name}[{at}]"), item)),
        (Kind::Maps, other) => Err(Error::validation(format!(
            "{name} has to be a list of objects, not {}",
            kind_of(other)
        ))),
        (_, Value::String(text)) => match field.longest {
            Some(longest) if text.chars().count() > longest => {
                Err(Error::validation(format!("{name} has more than {longest} characters")))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What a value is, without its content.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if is_finite(number) => "a number",
        Value::Number(_) => "a number that is not finite",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn is_finite(number: &Number) -> bool {
    crate::json::is_number(&number.to_string())
}

/// An object of fields. PHP cannot tell an empty one from an empty list.
fn object(name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::Object(_) => Ok(()),
        Value::Array(items) if items.is_empty() => Ok(()),
        other => Err(Error::validation(format!(
            "{name} has to be an object of fields, not {}",
            kind_of(other)
        ))),
    }
}

fn bounds(field: &Field, number: &Number) -> Result<(), Error> {
    let name = field.name;
    let finite = number.as_f64().filter(|value| value.is_finite());
    let Some(value) = finite else {
        return Err(Error::validation(format!("{name} is not a finite number")));
    };
    // The bounds are small, so a float compares exactly enough.
    let bound = |limit: Option<i64>| limit.map(|limit| limit as f64);
    match (bound(field.above), bound(field.least)) {
        (Some(above), _) if value <= above => {
            Err(Error::validation(format!("{name} has to be above {above}, not {number}")))
        }
        (_, Some(least)) if value < least => {
            Err(Error::validation(format!("{name} has to be at least {least}, not {number}")))
        }
        _ => Ok(()),
    }
}

/// NaN and infinities, which JSON cannot hold, wherever they hide.
pub(crate) fn check_numbers(name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::Number(number) if !is_finite(number) => {
            Err(Error::validation(format!("{name} is not a finite number")))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_numbers(name, item)),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(key, value)| check_numbers(&format!("{name}.{key}"), value)),
        _ => Ok(()),
    }
}
