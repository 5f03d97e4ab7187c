//! Checks arguments before anything is sent. Refuses only what every version of the API refuses,
//! and probable mistakes; the server checks the rest.

use super::amount;
use super::arguments::{CallOptions, Input};
use super::target::Target;
use crate::config::{Config, key};
use crate::error::Error;
use crate::json::{Map, Number, Value};
use crate::message::Message;
use crate::messages::bindings as shared;
use crate::messages::request as messages;
use crate::messages::response as kinds;
use crate::names;
use crate::table::{Field, Kind, Model, Operation, Parameter, Returns};

/// Longest id that is accepted.
const LONGEST_ID: usize = 512;

/// Checks the arguments of a call and completes its body. Returns the warnings of a documented
/// client (see [`Config::documented`]).
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
        if let Some(mistake) = key::probable_mistake(given, &config.base_url) {
            mistakes.add(|| Error::configuration(mistake))?;
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

/// Collects probable mistakes: an error, or a warning of a documented client.
struct ProbableMistakes {
    strict: bool,
    warnings: Vec<String>,
}

impl ProbableMistakes {
    fn add(&mut self, mistake: impl FnOnce() -> Error) -> Result<(), Error> {
        let error = mistake();
        if self.strict {
            return Err(error);
        }
        self.warnings.push(error.message().to_owned());
        Ok(())
    }
}

/// Checks the names of query parameters.
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
        if let Some(suggested) = names::near_miss(name, known()) {
            let message = messages::unknown_parameter(operation.id, name, suggested);
            mistakes.add(|| Error::validation(message))?;
        }
    }
    Ok(())
}

/// Adds the fields of the option `extra_body` to the body.
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
            return Err(Error::validation(messages::extra_body_without_object()));
        }
        (None, _) => {
            return Err(Error::validation(messages::extra_body_without_body(target.name())));
        }
    }
    Ok(())
}

/// A path parameter as a string: not empty, one segment, no invisible characters.
pub(crate) fn path_value(name: &str, value: &Value) -> Result<String, Error> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if is_finite(number) => number.to_string(),
        Value::Null => return Err(Error::validation(messages::path_missing(name))),
        other => return Err(Error::validation(shared::not_a_string(name, kind_of(other)))),
    };
    let wrong = match text.as_str() {
        "" => messages::path_empty(name),
        "." | ".." => messages::path_relative(name),
        text if text.trim().is_empty() => messages::path_blank(name),
        text if text.chars().any(char::is_control) => messages::path_with_control(name),
        text if text.len() > LONGEST_ID => messages::path_too_long(name, LONGEST_ID),
        _ => return Ok(text),
    };
    Err(Error::validation(wrong))
}

/// A query parameter as a string; `None` for null.
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
            return Err(Error::validation(shared::not_finite(name)));
        }
        Value::Number(number) => number.to_string(),
        other => other.to_string(),
    };
    let Some(parameter) = parameter else { return Ok(Some(text)) };
    if let Kind::Integer = parameter.kind {
        let number = text.parse::<i64>().ok().filter(|_| !value.is_string());
        let number = number.ok_or_else(|| Error::validation(messages::not_whole(name, value)))?;
        if parameter.least.is_some_and(|least| number < least)
            || parameter.most.is_some_and(|most| number > most)
        {
            return Err(Error::validation(match (parameter.least, parameter.most) {
                (Some(least), Some(most)) => messages::not_from_to(name, least, most, number),
                (Some(least), None) => messages::not_at_least(name, least, number),
                (None, most) => messages::not_at_most(name, most.unwrap_or_default(), number),
            }));
        }
    }
    Ok(Some(text))
}

/// Checks the fields of a body against the schema.
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
                if let Value::String(text) = value
                    && field.money
                    && !crate::json::is_number(text)
                {
                    return Err(Error::validation(amount::not_a_number(name, text, fields)));
                }
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

/// Checks a name that the body's schema does not list. It is sent, unless it is probably misspelled
/// or the name of an option.
fn unknown_field(
    operation: &Operation,
    model: &'static Model,
    name: &str,
    mistakes: &mut ProbableMistakes,
) -> Result<(), Error> {
    // An object that was read from a response may be sent as a body, with all its fields.
    if let Returns::One(returned) = operation.returns
        && returned.field(name).is_some()
    {
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
        Some(suggested) => {
            mistakes.add(|| Error::validation(messages::unknown_field(id, name, suggested)))
        }
        None => Ok(()),
    }
}

fn misplaced(operation: &str, name: &str, option: &str) -> Error {
    Error::validation(messages::misplaced_option(operation, name, option))
}

fn check_field(field: &Field, value: &Value) -> Result<(), Error> {
    let name = field.name;
    match (field.kind, value) {
        (_, Value::Null) => Ok(()),
        (Kind::Number | Kind::Integer, Value::Number(number)) => bounds(field, number),
        (Kind::Number | Kind::Integer, Value::String(text)) => {
            if !crate::json::is_number(text) {
                return Err(Error::validation(messages::text_not_number(name, text)));
            }
            bounds(field, &Number::from_string_unchecked(text.clone()))
        }
        (Kind::Number | Kind::Integer, other) => {
            Err(Error::validation(messages::not_number(name, kind_of(other))))
        }
        (Kind::Map, value) => object(name, value),
        (Kind::Maps, Value::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| object(&format!("{name}[{at}]"), item)),
        (Kind::Maps, other) => Err(Error::validation(messages::not_objects(name, kind_of(other)))),
        (_, Value::String(text)) => match field.longest {
            Some(longest) if text.len() > longest && text.chars().count() > longest => {
                Err(Error::validation(messages::too_many_characters(name, longest)))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The type of a value, for a sentence that must not contain the value.
pub(crate) fn kind_of(value: &Value) -> Message {
    match value {
        Value::Null => kinds::null(),
        Value::Bool(_) => kinds::a_boolean(),
        Value::Number(number) if is_finite(number) => kinds::a_number(),
        Value::Number(_) => kinds::an_infinite_number(),
        Value::String(_) => kinds::a_string(),
        Value::Array(_) => kinds::a_list(),
        Value::Object(_) => kinds::an_object(),
    }
}

fn is_finite(number: &Number) -> bool {
    number.is_json()
}

/// Checks that a value is an object. PHP cannot tell an empty object from an empty list.
fn object(name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::Object(_) => Ok(()),
        Value::Array(items) if items.is_empty() => Ok(()),
        other => Err(Error::validation(messages::not_object(name, kind_of(other)))),
    }
}

fn bounds(field: &Field, number: &Number) -> Result<(), Error> {
    let name = field.name;
    let finite = number.as_f64().filter(|value| value.is_finite());
    let Some(value) = finite else {
        return Err(Error::validation(shared::not_finite(name)));
    };
    // The limits are small, so a float compares exactly enough.
    let bound = |limit: Option<i64>| limit.map(|limit| limit as f64);
    match (bound(field.above), bound(field.least)) {
        (Some(above), _) if value <= above => {
            Err(Error::validation(messages::not_above(name, above, number)))
        }
        (_, Some(least)) if value < least => {
            Err(Error::validation(messages::not_at_least(name, least, number)))
        }
        _ => Ok(()),
    }
}

/// Refuses NaN and infinities, which JSON does not have, at any depth.
pub(crate) fn check_numbers(name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::Number(number) if !is_finite(number) => {
            Err(Error::validation(shared::not_finite(name)))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_numbers(name, item)),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(key, value)| check_numbers(&format!("{name}.{key}"), value)),
        _ => Ok(()),
    }
}
