//! Differences between what Rust and another language did with one operation.

use lomi::binding::MODELS;
use serde_json::{Map, Value};

use super::recording::Recorded;
use crate::check::compare::identical;

/// One difference, with both sides.
pub(crate) struct Difference {
    pub(crate) what: String,
    pub(crate) rust: Value,
    pub(crate) other: Value,
}

/// The first difference of each request, and of the result.
pub(crate) fn differences(rust: &Recorded, other: &Recorded, runner: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    for at in 0..rust.requests.len().max(other.requests.len()) {
        let side = |recorded: &Recorded| recorded.requests.get(at).cloned().unwrap_or_default();
        let what = format!("request {}", at + 1);
        found.extend(difference(&what, &side(rust), &side(other)));
    }
    found.extend(difference("result", &as_returned_by(runner, &rust.result), &other.result));
    found
}

/// The result of Rust as the runner of another language prints it, with that language's name for
/// the class.
fn as_returned_by(runner: &str, result: &Value) -> Value {
    let language = runner.split('-').next();
    let mut result = result.clone();
    let class = result.get("type").and_then(Value::as_str).map(str::to_owned);
    let names = class.and_then(|class| {
        MODELS.iter().map(|model| &model.names).find(|names| names.rust == class)
    });
    if let (Some(names), Some(fields)) = (names, result.as_object_mut()) {
        let name = match language {
            Some("node") => names.node,
            Some("php") => names.php,
            // Python's are those of its documented client, and its other client has Rust's.
            _ => names.rust,
        };
        fields.insert("type".into(), name.into());
    }
    if language == Some("php")
        && let Some(value) = result.get_mut("value")
    {
        *value = match value {
            Value::Array(rows) => rows.iter().map(|row| php_object(row, names.is_some())).collect(),
            ref one => php_object(one, names.is_some()),
        };
    }
    result
}

/// An object as PHP returns it: that of a class without the fields that are null.
fn php_object(value: &Value, has_class: bool) -> Value {
    let Value::Object(fields) = value else { return value.clone() };
    let set = fields.iter().filter(|(_, value)| !has_class || !value.is_null());
    let own = set.map(|(name, value)| {
        let is_empty = value.as_object().is_some_and(Map::is_empty);
        (name.clone(), if is_empty { value.clone() } else { php_array(value) })
    });
    Value::Object(own.collect())
}

/// A value within a field of an object in PHP: an array cannot tell an empty object from a list.
fn php_array(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.is_empty() => Value::Array(Vec::new()),
        Value::Object(fields) => {
            let own = fields.iter().map(|(name, value)| (name.clone(), php_array(value)));
            Value::Object(own.collect())
        }
        Value::Array(items) => items.iter().map(php_array).collect(),
        other => other.clone(),
    }
}

/// The innermost place at which two values differ.
fn difference(what: &str, rust: &Value, other: &Value) -> Option<Difference> {
    if identical(rust, other) {
        return None;
    }
    let within = match (rust, other) {
        (Value::Object(a), Value::Object(b)) => a
            .keys()
            .chain(b.keys())
            .filter_map(|name| Some((name, a.get(name)?, b.get(name)?)))
            .find_map(|(name, a, b)| difference(&format!("{what}.{name}"), a, b))
            .filter(|_| a.len() == b.len() && a.keys().all(|name| b.contains_key(name))),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(at, (a, b))| difference(&format!("{what}[{at}]"), a, b)),
        _ => None,
    };
    let whole = || Difference { what: what.to_owned(), rust: rust.clone(), other: other.clone() };
    Some(within.unwrap_or_else(whole))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn recorded(target: &str, result: Value) -> Recorded {
        Recorded { requests: vec![json!(["GET", target, "", null, 200])], result }
    }

    #[test]
    fn a_path_and_a_value_are_found_with_both_sides() {
        let rust = recorded("/refunds/1", json!({"value": {"amount": 5, "status": "open"}}));
        let same = recorded("/refunds/1", json!({"value": {"status": "open", "amount": 5}}));
        assert!(differences(&rust, &same, "php").is_empty());
        let other = recorded("/refund/1", json!({"value": {"amount": 6, "status": "open"}}));
        let found = differences(&rust, &other, "php");
        let told: Vec<_> =
            found.iter().map(|d| (d.what.as_str(), d.rust.clone(), d.other.clone())).collect();
        assert_eq!(
            told,
            [
                ("request 1[1]", json!("/refunds/1"), json!("/refund/1")),
                ("result.value.amount", json!(5), json!(6)),
            ]
        );
    }

    #[test]
    fn what_one_side_lacks_is_a_difference() {
        let rust = recorded("/refunds", json!({"value": {"amount": 5}}));
        let more = recorded("/refunds", json!({"value": {"amount": 5, "note": null}}));
        assert_eq!(differences(&rust, &more, "node").len(), 1);
        let none = Recorded { requests: Vec::new(), result: rust.result.clone() };
        assert_eq!(differences(&rust, &none, "node").len(), 1);
    }
}
