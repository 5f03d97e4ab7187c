//! The body of a request.

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::arguments::Input;
use super::check;
use super::target::Target;
use crate::error::Error;
use crate::json::{Map, Value};
use crate::messages::request as messages;
use crate::table::{Kind, Model, RouteStyle};

/// Bytes that are reserved for a body, since growing would copy it.
const TYPICAL_SIZE: usize = 512;

/// Serializes the body. Each field has its name in the route style.
pub(crate) fn body(
    target: &Target,
    input: &Input,
    routes: RouteStyle,
) -> Result<Option<Bytes>, Error> {
    let model = match target {
        Target::Operation(operation) => operation.body,
        Target::Raw { .. } | Target::Download(_) | Target::Connection => None,
    };
    let Some(body) = &input.body else {
        return match model {
            Some(_) => Err(Error::validation(messages::needs_body(target.name()))),
            None => Ok(None),
        };
    };
    if model.is_none() {
        match body {
            Value::Object(fields) => {
                fields.iter().try_for_each(|(name, value)| check::check_numbers(name, value))?;
            }
            body => check::check_numbers("body", body)?,
        }
    }
    let bytes = match (model, body) {
        (Some(model), Value::Object(fields)) => {
            let mut bytes = Vec::with_capacity(TYPICAL_SIZE);
            serde_json::to_writer(&mut bytes, &BodyFields { model, fields, routes }).map(|()| bytes)
        }
        (Some(_), other) => {
            let message = messages::body_not_object(target.name(), check::kind_of(other));
            return Err(Error::validation(message));
        }
        (None, body) => serde_json::to_vec(body),
    };
    let bytes = bytes.map_err(|e| Error::validation(messages::body_not_written(e)))?;
    Ok(Some(bytes.into()))
}

/// The fields of a body, serialized with their names in the route style.
struct BodyFields<'a> {
    model: &'static Model,
    fields: &'a Map<String, Value>,
    routes: RouteStyle,
}

impl Serialize for BodyFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sent = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in self.fields {
            let field = self.model.field(name);
            let other = field
                .and_then(|field| field.sent_as(self.routes))
                // A caller who passes both names wants both to be sent.
                .filter(|other| !self.fields.contains_key(*other));
            sent.serialize_key(other.unwrap_or(name))?;
            match field.map(|field| field.kind) {
                // PHP cannot tell an empty object from an empty list; the API can.
                Some(Kind::Map) if value.as_array().is_some_and(Vec::is_empty) => {
                    sent.serialize_value(&Map::new())?;
                }
                _ => sent.serialize_value(value)?,
            }
        }
        sent.end()
    }
}
