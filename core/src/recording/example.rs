//! Examples of what the API returns, made from the table of its models.

use super::sent::Sent;
use crate::json::{Map, Value};
use crate::table::{Field, Kind, Model, Operation, Returns};

const ID: &str = "00000000-0000-4000-8000-000000000001";
const TIME: &str = "2026-01-01T00:00:00Z";
/// How deep objects are within each other.
const DEEPEST: usize = 3;

/// What an operation returns for a request; null for no value.
pub(super) fn response(operation: &Operation, sent: &Sent<'_>) -> Value {
    match operation.returns {
        Returns::Nothing | Returns::Any => Map::new().into(),
        Returns::One(model) => of_request(model, sent).into(),
        Returns::Page(model) => {
            let page = [("total", 1.into()), ("has_more", false.into())];
            let page =
                Map::from_iter(page.map(|(name, value): (&str, Value)| (name.into(), value)));
            Map::from_iter([
                ("data".to_owned(), vec![Value::from(object(model, 1))].into()),
                ("pagination".to_owned(), page.into()),
            ])
            .into()
        }
    }
}

/// An example that has the id of the path and the fields of the body.
fn of_request(model: &Model, sent: &Sent<'_>) -> Map<String, Value> {
    let mut object = object(model, 1);
    for (name, value) in sent.body.as_object().into_iter().flatten() {
        let field = model.fields.iter().find(|field| field.name == name.as_str());
        if field.is_some_and(|field| is_kept(field, value)) {
            object.insert(name.clone(), value.clone());
        }
    }
    let mut values = sent.path.values();
    if let (Some(id), Some(value), None) = (model.id, values.next(), values.next()) {
        object.insert(id.to_owned(), value.clone());
    }
    object
}

/// Whether a field of a request is one of the response with the same value.
fn is_kept(field: &Field, value: &Value) -> bool {
    match field.kind {
        Kind::Integer | Kind::Number => value.is_number(),
        Kind::Text | Kind::Uuid | Kind::Time | Kind::Enum(_) => value.is_string(),
        Kind::Boolean => value.is_boolean(),
        Kind::Map => value.is_object(),
        Kind::Words | Kind::Maps => value.is_array(),
        Kind::Model(_) | Kind::Models(_) | Kind::OneOf(_) => false,
    }
}

fn object(model: &Model, depth: usize) -> Map<String, Value> {
    let fields = model.fields.iter().map(|field| (field.name.to_owned(), value(field, depth)));
    fields.collect()
}

fn value(field: &Field, depth: usize) -> Value {
    match field.kind {
        Kind::Uuid => ID.into(),
        Kind::Time => TIME.into(),
        Kind::Boolean => false.into(),
        Kind::Integer | Kind::Number if field.money => 10_000.into(),
        Kind::Integer | Kind::Number => field.least.unwrap_or(1).max(1).into(),
        Kind::Map => Map::new().into(),
        Kind::Maps | Kind::Words => Value::Array(Vec::new()),
        Kind::Enum(set) => set.values.first().copied().unwrap_or_default().into(),
        Kind::Model(model) if depth < DEEPEST => object(model, depth + 1).into(),
        Kind::Models(model) if depth < DEEPEST => {
            Value::Array(vec![object(model, depth + 1).into()])
        }
        Kind::Models(_) => Value::Array(Vec::new()),
        Kind::Model(_) | Kind::OneOf(_) => Value::Null,
        Kind::Text => text(field.name).into(),
    }
}

/// A string that suits the name of a field.
fn text(name: &str) -> String {
    let examples = [
        ("url", "https://example.com/"),
        ("link", "https://example.com/"),
        ("email", "customer@example.com"),
        ("phone", "+221771234567"),
        ("currency", "XOF"),
        ("country", "SN"),
        ("name", "Awa Diop"),
    ];
    match examples.iter().find(|(word, _)| name.contains(word)) {
        Some((_, example)) => (*example).to_owned(),
        None if name == "id" || name.ends_with("_id") => ID.to_owned(),
        None => name.replace('_', " "),
    }
}
