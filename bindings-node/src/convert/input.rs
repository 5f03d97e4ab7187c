//! The values of a call from JSON, in which tagged strings stand for the numbers that JSON does
//! not have. `runtime/convert/values.js` writes the tags.

use lomi::binding::messages;
use lomi::{Error, ErrorKind, Input, Map, Message, Number, Value};

use super::options::kind;

/// `\0n123` is a number as it was written (a bigint, NaN, Infinity); `\0s...` is a string that
/// starts with NUL.
const TAG: char = '\0';

/// Any JSON of the JavaScript half.
pub(crate) fn value(json: &str) -> Result<Value, Error> {
    let mut value: Value = json.parse().map_err(|error: Error| {
        Error::new(ErrorKind::Validation, messages::input_unusable(error.sentence()))
    })?;
    if json.contains("\\u0000") {
        untag(&mut value);
    }
    Ok(value)
}

fn untag(value: &mut Value) {
    match value {
        Value::String(string) => {
            let Some(tagged) = string.strip_prefix(TAG) else { return };
            if let Some(digits) = tagged.strip_prefix('n') {
                *value = Value::Number(Number::from_string_unchecked(digits.to_owned()));
            } else if let Some(plain) = tagged.strip_prefix('s') {
                *string = plain.to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(untag),
        Value::Object(fields) => fields.values_mut().for_each(untag),
        _ => {}
    }
}

/// The input of a call: `{path, query, body}`.
pub(crate) fn input(json: Option<&str>) -> Result<Input, Error> {
    let Some(json) = json else { return Ok(Input::default()) };
    let Value::Object(mut parts) = value(json)? else { return Ok(Input::default()) };
    let mut part = |name: &str, shown: Message| match parts.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(other) => {
            let object = messages::an_object();
            let message = messages::not_names_and_values(shown, object, kind(&other));
            Err(Error::new(ErrorKind::Validation, message))
        }
    };
    let (path, query) =
        (part("path", messages::the_path())?, part("query", messages::the_query())?);
    Ok(Input { path, query, body: parts.remove("body") })
}
