//! Checks of the bodies of create and update of every resource in the table.

use serde_json::{Map, Value};

use super::error::{ApiError, Problem};
use super::formats::{is_email, is_url, negative_problem, positive_problem};
use super::resource::{Field, Kind, Resource};
use super::rules::required;
use crate::generation::Generation;
use crate::state::time::parse_iso;

/// The fields of a new object after the checks, without unknown ones and without null.
///
/// # Errors
/// 400 with one problem for each field that is missing or wrong.
pub(crate) fn checked_create(
    resource: &Resource,
    generation: Generation,
    body: Value,
) -> Result<Map<String, Value>, ApiError> {
    let (mut input, mut problems) = checked_fields(resource, generation, body)?;
    input.retain(|_, value| !value.is_null());
    for name in required(resource.name, generation) {
        if !input.contains_key(*name) && !problems.iter().any(|p| p.field == *name) {
            problems.push(Problem::new(name, "is required"));
        }
    }
    if problems.is_empty() { Ok(input) } else { Err(ApiError::invalid(problems)) }
}

/// The fields that an update changes; null removes one.
///
/// # Errors
/// 400 with one problem for each field that is wrong.
pub(crate) fn checked_change(
    resource: &Resource,
    generation: Generation,
    body: Value,
) -> Result<Map<String, Value>, ApiError> {
    let (input, problems) = checked_fields(resource, generation, body)?;
    if problems.is_empty() { Ok(input) } else { Err(ApiError::invalid(problems)) }
}

/// The names in a body that this generation does not read.
pub(crate) fn ignored_fields(
    resource: &Resource,
    generation: Generation,
    body: &Value,
) -> Vec<String> {
    let is_read = |name: &str| resource.field(name).is_some_and(|f| f.is_read_by(generation));
    let names = body.as_object().into_iter().flat_map(Map::keys);
    names.filter(|name| !is_read(name)).cloned().collect()
}

fn checked_fields(
    resource: &Resource,
    generation: Generation,
    body: Value,
) -> Result<(Map<String, Value>, Vec<Problem>), ApiError> {
    let Value::Object(mut body) = body else {
        return Err(ApiError::bad_request("The request body must be a JSON object"));
    };
    let mut input = Map::new();
    let mut problems = Vec::new();
    for field in resource.fields.iter().filter(|f| f.is_read_by(generation)) {
        let Some(value) = body.remove(field.name) else {
            continue;
        };
        match checked_value(field, value) {
            Ok(value) => {
                input.insert(field.name.to_owned(), value);
            }
            Err(message) => problems.push(Problem::new(field.name, &message)),
        }
    }
    Ok((input, problems))
}

fn checked_value(field: &Field, value: Value) -> Result<Value, String> {
    // As in checkout sessions, an empty string counts as absent.
    if value.is_null() || value.as_str() == Some("") {
        return Ok(Value::Null);
    }
    // PHP has one empty array for both.
    if field.kind == Kind::Object && value.as_array().is_some_and(Vec::is_empty) {
        return Ok(Value::Object(Map::new()));
    }
    let text = value.as_str();
    let problem = match field.kind {
        Kind::Text => match (text, field.longest) {
            (None, _) => Some("must be a string".to_owned()),
            (Some(text), Some(most)) if text.chars().count() > most => {
                Some(format!("must be shorter than or equal to {most} characters"))
            }
            _ => None,
        },
        Kind::Url => wrong(text.is_some_and(is_url), "must be an absolute http or https URL"),
        Kind::Email => wrong(text.is_some_and(is_email), "must be an email"),
        Kind::Time => wrong(text.is_some_and(is_time), "must be an ISO 8601 date-time"),
        Kind::Boolean => wrong(value.is_boolean(), "must be a boolean"),
        Kind::Number => number_problem(field, &value).map(str::to_owned),
        Kind::Object => wrong(value.is_object(), "must be an object"),
        Kind::Objects => wrong(
            value.as_array().is_some_and(|rows| rows.iter().all(Value::is_object)),
            "must be an array of objects",
        ),
        Kind::Words => wrong(
            value.is_string()
                || value.as_array().is_some_and(|words| words.iter().all(Value::is_string)),
            "must be an array of strings",
        ),
        Kind::OneOf(words) => (!text.is_some_and(|t| words.contains(&t)))
            .then(|| format!("must be one of {}", words.join(", "))),
    };
    problem.map_or(Ok(value), Err)
}

fn wrong(right: bool, message: &str) -> Option<String> {
    (!right).then(|| message.to_owned())
}

/// Whether it is a time, or a date alone.
fn is_time(text: &str) -> bool {
    parse_iso(text).is_some() || parse_iso(&format!("{text}T00:00:00Z")).is_some()
}

fn number_problem(field: &Field, value: &Value) -> Option<&'static str> {
    if field.above == Some(0) {
        positive_problem(value)
    } else if field.money || field.least == Some(0) {
        negative_problem(value)
    } else {
        (!value.is_number()).then_some("must be a number")
    }
}
