//! Normalizes values that versions of the API write differently. Decoded values, lazy rows, raw
//! JSON and typed models all use this rule.

use std::borrow::Cow;

use crate::json::document::{Document, Value};
use crate::json::is_number;
use crate::table::{Field, Kind, Model};

/// The conversion that a field's value needs.
pub(crate) enum Reading<'d> {
    /// None: the value is passed as the server sent it.
    AsWritten,
    /// An object of a model.
    Object(&'static Model),
    /// A list of objects of a model.
    Objects(&'static Model),
    /// The canonical word of an enum.
    Word(Cow<'static, str>),
    /// A number in a string.
    Number(&'d str),
    /// JSON in a string, which is read as an object if it is one.
    Map(&'d str),
}

/// The conversion of a field's value. Servers in PHP send an empty object as `[]`, and some columns
/// are sent as JSON in a string.
#[inline]
pub(crate) fn reading<'d>(
    document: &Document,
    place: usize,
    value: Value<'d>,
    field: &'static Field,
) -> Reading<'d> {
    match (field.kind, value) {
        (Kind::Model(model), Value::Object) => Reading::Object(model),
        (Kind::Models(model), Value::List) => Reading::Objects(model),
        (Kind::Enum(words), Value::Text(word)) => {
            words.canonical(word).map_or(Reading::AsWritten, Reading::Word)
        }
        (Kind::Number | Kind::Integer, Value::Text(text)) if is_number(text) => {
            Reading::Number(text)
        }
        (Kind::Map, Value::Null) if field.null_is_empty => Reading::Map("{}"),
        (Kind::Map, Value::List) if document.items(place).next().is_none() => Reading::Map("{}"),
        (Kind::Map, Value::Text(text)) if text.trim_start().starts_with('{') => Reading::Map(text),
        _ => Reading::AsWritten,
    }
}
