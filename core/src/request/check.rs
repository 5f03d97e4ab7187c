//! What can be known to be wrong before anything is sent. Only what every generation
//! of the API agrees on is refused; the rest is the server's to judge.

use super::amount;
use super::arguments::{CallOptions, Input};
use super::target::Target;
use crate::config::{Config, key};
use crate::error::Error;
use crate::json::{Map, Number, Value};
use crate::names;
use crate::table::{Field, Kind, MODELS, Model, Operation, Parameter};

/// Longest id that can be meant.
const LONGEST_ID: usize = 512;

/// Checks what a call was given and completes it. Gives the warnings of a client that sends
/// what it is given (see [`Config::documented`]).
pub(crate) fn call(
    config: &Config,
    target: &Target,
    input: &mut Input,
    options: &mut CallOptions,
) -> Result<Vec<String>, Error> {
    let mut mistakes = ProbableMistakes { strict: !config.documented, warnings: Vec::new() };
    options.bound_times()?;
    if let Some(given) = &options.api_key {
        key::check(given)?;
        if let Some(doubt) = key::doubt(given, &config.base_url) {
            mistakes.add(|| Error::configuration(doubt))?;
        }
    }
    if let Target::Operation(operation) = target {
        query(operation, &input.query, &mut mistakes)?;
        if let (Some(model), Some(Value::Object(fields))) = (operation.body, &mut input.body) {
            body(operation, model, fields, &mut mistakes)?;
        }
    }
    extra_body(target, input, std::mem::take(&mut options.extra_body))?;
    Ok(mistakes.warnings)
}

/// What is probably a mistake: an error, or a warning of the documented classes.
struct ProbableMistakes {
    strict: bool,
    warnings: Vec<String>,
}

impl ProbableMistakes {
    fn add(&mut self, doubt: impl FnOnce() -> Error) -> Result<(), Error> {
        let error = doubt();
        if self.strict {
            return Err(error);
        }
        self.warnings.push(error.inner.message.clone());
        Ok(())
    }
}

/// Names that are nearly those of a query's parameters.
fn query(
    operation: &Operation,
    query: &Map<String, Value>,
    mistakes: &mut ProbableMistakes,
) -> Result<(), Error> {
    let known = || operation.query_parameters.iter().map(|parameter| parameter.name);
    for name in query.keys() {
        if known().any(|other| other == name) {
            continue;
        }
        if let Some(meant) = names::near_miss(name, known()) {
            mistakes.add(|| {
                Error::validation(format!(
                    "{} has no parameter {name:?}; did you mean {meant:?}?",
                    operation.id
                ))
            })?;
        }
    }
    Ok(())
}

/// Adds fields to the body on purpose, whatever their names.
fn extra_body(target: &Target, input: &mut Input, extra: Map<String, Value>) -> Result<(), Error> {
    if extra.is_empty() {
        return Ok(());
    }
    for (name, value) in &extra {
        check_numbers(name, value)?;
    }
    match (&mut input.body, target) {
        (Some(Value::Object(fields)), _) => fields.extend(extra),
        (None, Target::Raw { method, .. }) if !method.is_safe() => input.body = Some(extra.into()),
        (Some(_), _) => {
            return Err(Error::validation(
                "extra_body adds fields to a body, so the body must be an object",
            ));
        }
        (None, _) => {
            return Err(Error::validation(format!(
                "{} has no body that extra_body could be added to",
                target.name()
            )));
        }
    }
    Ok(())
}

/// The text of a path parameter: not empty, one segment, nothing hidden in it.
pub(crate) fn path_value(name: &str, value: &Value) -> Result<String, Error> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if is_finite(number) => number.to_string(),
        Value::Null => return Err(Error::validation(format!("{name} is missing"))),
        other => {
            let given = kind_of(other);
            return Err(Error::validation(format!("{name} must be text, not {given}")));
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
            Error::validation(format!("{name} must be a whole number, not {value}"))
        })?;
        if parameter.least.is_some_and(|least| number < least)
            || parameter.most.is_some_and(|most| number > most)
        {
            return Err(Error::validation(match (parameter.least, parameter.most) {
                (Some(least), Some(most)) => {
                    format!("{name} must be from {least} to {most}, not {number}")
                }
                (Some(least), None) => format!("{name} must be at least {least}, not {number}"),
                _ => format!("{name} is {number}, which is too large"),
            }));
        }
    }
    Ok(Some(text))
}

/// The fields of a body, against what the schema knows of them.
fn body(
    operation: &Operation,
    model: &'static Model,
    fields: &mut Map<String, Value>,
    mistakes: &mut ProbableMistakes,
) -> Result<(), Error> {
    for field in model.fields.iter().filter(|field| field.money) {
        amount::take_money(field.name, fields)?;
    }
    for (name, value) in &*fields {
        match model.field(name) {
            Some(field) => {
                check_field(field, value)?;
                if field.money
                    && let Some(problem) = amount::problem(name, value, fields)
                {
                    mistakes.add(|| Error::validation(problem))?;
                }
            }
            None => unknown_field(operation, model, name, mistakes)?,
        }
        check_numbers(name, value)?;
    }
    Ok(())
}

/// A name that the body's schema does not have. It is sent, unless it is nearly one that the
/// schema has, or an option that stands in the wrong place.
fn unknown_field(
    operation: &Operation,
    model: &'static Model,
    name: &str,
    mistakes: &mut ProbableMistakes,
) -> Result<(), Error> {
    // What a response holds comes back in a body where an object is read and sent again.
    if MODELS.iter().any(|model| model.field(name).is_some()) {
        return Ok(());
    }
    let id = operation.id;
    if names::OPTIONS.contains(&name) {
        return mistakes.add(|| misplaced(id, name, name));
    }
    let known = model.fields.iter().map(|field| field.name);
    match names::near_miss(name, known.chain(names::OPTIONS.iter().copied())) {
        Some(option) if names::OPTIONS.contains(&option) => {
            mistakes.add(|| misplaced(id, name, option))
        }
        Some(meant) => mistakes.add(|| {
            Error::validation(format!(
                "{id} has no field {name:?}; did you mean {meant:?}? To send the name as it is, \
                 put it into extra_body"
            ))
        }),
        None => Ok(()),
    }
}

fn misplaced(operation: &str, name: &str, option: &str) -> Error {
    Error::validation(format!(
        "{operation} has no field {name:?}: {option} is an option of the call, not a field of \
         the body. To send the name as it is, put it into extra_body"
    ))
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
            Err(Error::validation(format!("{name} must be a number")))
        }
        (Kind::Map, value) => object(name, value),
        (Kind::Maps, Value::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| object(&format!("{name}[{at}]"), item)),
        (Kind::Maps, other) => Err(Error::validation(format!(
            "{name} must be a list of objects, not {}",
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
            "{name} must be an object of fields, not {}",
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
            Err(Error::validation(format!("{name} must be above {above}, not {number}")))
        }
        (_, Some(least)) if value < least => {
            Err(Error::validation(format!("{name} must be at least {least}, not {number}")))
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
