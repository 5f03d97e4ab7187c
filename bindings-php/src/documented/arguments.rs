//! The arguments of a documented method, with the documented errors about them.

use ext_php_rs::types::Zval;
use lomi::{CallOptions, Input, Value};

use crate::documented::JSON;
use crate::table::{Argument, Documented};
use crate::zend::{Call, Thrown};

/// The arguments of a call, checked as documented.
pub(super) fn arguments(
    call: &mut Call<'_>,
    operation: &'static Documented,
) -> Result<(Input, CallOptions), Thrown> {
    let mut input = Input::default();
    let mut options = CallOptions::default();
    for (position, argument) in operation.arguments.iter().enumerate() {
        let given = call.argument(position).filter(|value| !value.is_null());
        match argument {
            Argument::Path(name, _) => {
                let value = given.filter(|value| !is_empty_array(value));
                let value = value.ok_or_else(|| missing(name, operation))?;
                input
                    .path
                    .insert((*name).to_owned(), crate::convert::to_json::for_core(name, value)?);
            }
            Argument::Body(name) => {
                let value = given.filter(|value| !is_empty_array(value));
                let value = value.ok_or_else(|| missing(name, operation))?;
                let model = operation.operation.body;
                input.body = Some(crate::convert::to_json::body(value, model)?);
            }
            Argument::Query { name, least, most, default } => {
                let left_out = call.argument(position).is_none();
                let is_number = least.is_some() || most.is_some();
                let value = match (given, default) {
                    (Some(value), _) if is_number => number_of(name, value)?,
                    (Some(value), _) => crate::convert::to_json::for_core(name, value)?,
                    (None, Some(default)) if left_out => Value::from(*default),
                    _ => continue,
                };
                check_bounds(operation, name, &value, *least, *most)?;
                input.query.insert((*name).to_owned(), value);
            }
        }
    }
    if let Some(content_type) = call.optional_string(operation.arguments.len())?
        && content_type != JSON
    {
        if !crate::documented::header_selector::is_json(&content_type) {
            return Err(Thrown::invalid_argument(format!(
                "{}: the body is JSON; it cannot be sent as {content_type}",
                operation.name
            )));
        }
        if input.body.is_some() {
            options.headers.push(("content-type".to_owned(), content_type));
        }
    }
    Ok((input, options))
}

fn is_empty_array(value: &Zval) -> bool {
    value.array().is_some_and(|table| table.is_empty())
}

fn missing(name: &str, operation: &Documented) -> Thrown {
    Thrown::invalid_argument(format!(
        "Missing the required parameter ${name} when calling {}",
        operation.name
    ))
}

/// A number, which may be a string as in `$_GET`: the documented arguments have no types.
fn number_of(name: &str, value: &Zval) -> Result<Value, Thrown> {
    let whole = value.str().and_then(|text| text.parse::<i64>().ok());
    match whole {
        Some(whole) => Ok(Value::from(whole)),
        None => crate::convert::to_json::for_core(name, value),
    }
}

fn check_bounds(
    operation: &Documented,
    name: &str,
    value: &Value,
    least: Option<i64>,
    most: Option<i64>,
) -> Result<(), Thrown> {
    let Some(number) = value.as_i64() else { return Ok(()) };
    let wrong = |word: &str, bound: i64| {
        Err(Thrown::invalid_argument(format!(
            "invalid value for \"${name}\" when calling {}, must be {word} than or equal to {bound}.",
            operation.name
        )))
    };
    match (least, most) {
        (_, Some(most)) if number > most => wrong("smaller", most),
        (Some(least), _) if number < least => wrong("bigger", least),
        _ => Ok(()),
    }
}
