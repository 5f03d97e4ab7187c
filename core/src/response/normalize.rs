//! What the generations of the API write differently, and how it is read: the one rule that all
//! ways to read a field follow.

use std::borrow::Cow;

use crate::json::document::{Document, Value};
use crate::json::is_number;
use crate::table::{Field, Kind, Model};

/// How the value of a field is read.
pub(crate) enum Reading<'d> {
    /// As the server wrote it.
    AsWritten,
    /// As an object of a model.
    Object(&'static Model),
    /// As a list of objects of a model.
    Objects(&'static Model),
    /// As the word that the server's word means.
    Word(Cow<'static, str>),
    /// As the number that stands in a string.
    Number(&'d str),
    /// As the object that this JSON text holds, where it is one.
    Map(&'d str),
}

/// How a field's value is read. PHP servers write an empty object as `[]`, and some columns
/// come as JSON in a string.
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
