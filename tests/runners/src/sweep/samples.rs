//! A value for every field of an object, so that the languages have every kind of value to read
//! and to send.

use lomi::binding::table::{Field, Kind, Model, Parameter};
use serde_json::{Map, Value, json};

/// Objects within objects have their own fields down to here.
const DEPTH: usize = 3;

/// An object with a value for each field of a model that `wanted` accepts.
pub(crate) fn object(model: &Model, wanted: impl Fn(&Field) -> bool) -> Map<String, Value> {
    let fields = model.fields.iter().filter(|field| wanted(field));
    fields.map(|field| (field.name.to_owned(), value(field, DEPTH))).collect()
}

/// A value for a parameter of a query: the first rows, if it is about rows.
pub(crate) fn parameter(parameter: &Parameter) -> Value {
    match parameter.kind {
        Kind::Integer if parameter.name.to_lowercase().contains("limit") => 2.into(),
        Kind::Integer => parameter.least.unwrap_or(0).into(),
        Kind::Boolean => true.into(),
        Kind::Enum(words) => words.values.first().copied().unwrap_or_default().into(),
        _ if parameter.name.contains("currency") => "XOF".into(),
        _ if parameter.name.contains("date") => "2100-01-01".into(),
        _ => format!("{} & é=1", parameter.name).into(),
    }
}

fn value(field: &Field, depth: usize) -> Value {
    match field.kind {
        _ if field.money => 100.into(),
        Kind::Text => text(field).into(),
        Kind::Uuid => uuid(field.name).into(),
        Kind::Time => "2101-02-03T04:05:06.070Z".into(),
        Kind::Boolean => true.into(),
        Kind::Integer => 7.into(),
        Kind::Number => json!(12.25),
        Kind::Map | Kind::OneOf(_) => {
            json!({"order": "n° 7", "deep": {"list": [1, 2.5, null, true, {}]}, "": [], "no": null})
        }
        Kind::Maps => json!([{"order": 1}, {}]),
        Kind::Words => json!(["one", "two"]),
        Kind::Enum(words) => words.values.first().copied().unwrap_or_default().into(),
        Kind::Model(_) | Kind::Models(_) if depth == 0 => Value::Null,
        Kind::Model(model) => within(model, depth),
        Kind::Models(model) => json!([within(model, depth), {}]),
    }
}

fn within(model: &Model, depth: usize) -> Value {
    let fields = model.fields.iter();
    Value::Object(fields.map(|f| (f.name.to_owned(), value(f, depth - 1))).collect())
}

/// Each field has an id of its own, so that ids in each other's place are noticed.
fn uuid(name: &str) -> String {
    let number = name.bytes().fold(0u32, |number, byte| number.rotate_left(5) ^ u32::from(byte));
    format!("{number:08x}-2222-4333-8444-555555555555")
}

/// A text that servers accept in a field of that name.
fn text(field: &Field) -> String {
    let name = field.name;
    let is = |part: &str| name.contains(part);
    let text = match name {
        _ if is("currency") => "XOF".to_owned(),
        _ if is("email") => "awa@example.com".to_owned(),
        _ if is("url") => format!("https://shop.example/{name}?é"),
        _ if is("phone") => "+221771234567".to_owned(),
        _ => format!("{name} « é » \u{1f4b3} \"\\/"),
    };
    text.chars().take(field.longest.unwrap_or(usize::MAX)).collect()
}
