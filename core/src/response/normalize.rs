//! Normalizes values that versions of the API write differently. Decoded values, lazy rows, raw
//! JSON and typed models all use this rule.

use std::borrow::Cow;

use crate::json::document::{Document, Value};
use crate::json::is_number;
use crate::table::{Field, Kind, Model, Union};

/// The conversion that a field's value needs.
pub(crate) enum Conversion<'d> {
    /// None: the value is passed as the server sent it.
    Unchanged,
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

/// The conversion of the value of one field of an object. Servers in PHP send an empty object as `[]`, and some columns
/// are sent as JSON in a string.
#[inline]
pub(crate) fn conversion<'d>(
    document: &Document,
    object: usize,
    place: usize,
    value: Value<'d>,
    field: &'static Field,
) -> Conversion<'d> {
    match (field.kind, value) {
        (Kind::Model(model), Value::Object) => Conversion::Object(model),
        (Kind::Models(model), Value::List) => Conversion::Objects(model),
        (Kind::OneOf(union), Value::Object) => {
            named_model(document, object, union).map_or(Conversion::Unchanged, Conversion::Object)
        }
        (Kind::Enum(words), Value::Text(word)) => {
            words.canonical(word).map_or(Conversion::Unchanged, Conversion::Word)
        }
        (Kind::Number | Kind::Integer, Value::Text(text)) if is_number(text) => {
            Conversion::Number(text)
        }
        (Kind::Map, Value::Null) if field.null_is_empty => Conversion::Map("{}"),
        (Kind::Map, Value::List) if document.items(place).next().is_none() => Conversion::Map("{}"),
        (Kind::Map, Value::Text(text)) if text.trim_start().starts_with('{') => {
            Conversion::Map(text)
        }
        _ => Conversion::Unchanged,
    }
}

/// The model of a union that the other field of the object names.
fn named_model(document: &Document, object: usize, union: &Union) -> Option<&'static Model> {
    union.by.iter().find_map(|name| match document.at(document.member(object, name)?) {
        Value::Text(word) => union.model(word),
        _ => None,
    })
}
