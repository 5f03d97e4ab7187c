//! Turns the details of a refused request into the end of a sentence. Servers send them as a list
//! of strings, as a list of fields and messages, as an object by field, as one field with its
//! allowed values, and nested as class-validator does.

use crate::json::{Map, Value};
use crate::message::{Language, Message};
use crate::messages::error as words;
use crate::messages::response as messages;

/// How many problems a sentence lists.
const MAX_LISTED: usize = 8;
/// How deep they may be nested.
const MAX_DEPTH: usize = 6;

const FIELD: &[&str] = &["path", "field", "property", "param", "name"];
const TEXT: &[&str] = &["message", "messages", "msg", "reason", "error", "description"];
const MORE: &[&str] = &["details", "errors", "issues", "violations"];

/// The problems in order, each as `field must be ...`. `None` if there is none that `message` does
/// not contain already.
pub(super) fn problems(details: &Value, message: Option<&str>) -> Option<Message> {
    let mut problems = Vec::new();
    collect(details, "", MAX_DEPTH, &mut problems);
    let message = message.unwrap_or_default();
    problems.retain(|problem| !message.contains(problem.text(Language::English)));
    let rest = problems.len().saturating_sub(MAX_LISTED);
    problems.truncate(MAX_LISTED);
    if problems.is_empty() {
        return None;
    }
    let joined = problems.into_iter().reduce(words::with_advice)?;
    Some(if rest > 0 { messages::and_more(joined, rest) } else { joined })
}

fn collect(value: &Value, field: &str, depth: usize, problems: &mut Vec<Message>) {
    // Enough: the rest is only counted.
    if depth == 0 || problems.len() > 100 {
        return;
    }
    match value {
        Value::String(text) => add(field, &Message::untranslated(text.as_str()), problems),
        Value::Array(items) => {
            items.iter().for_each(|item| collect(item, field, depth - 1, problems));
        }
        Value::Object(object) => of_object(object, field, depth, problems),
        _ => {}
    }
}

fn of_object(object: &Map<String, Value>, field: &str, depth: usize, problems: &mut Vec<Message>) {
    let named = FIELD.iter().find_map(|name| path_of(object.get(*name)?));
    let text = TEXT.iter().find_map(|name| object.get(*name).filter(|text| is_text(text)));
    let more = MORE.iter().find_map(|name| object.get(*name));
    let constraints = object.get("constraints").and_then(Value::as_object);
    let children = object.get("children").and_then(Value::as_array);
    if named.is_none() && text.is_none() && constraints.is_none() && more.is_none() {
        // An object by field.
        for (name, value) in object {
            collect(value, &below(field, name), depth - 1, problems);
        }
        return;
    }
    let field = named.map_or_else(|| field.to_owned(), |name| below(field, &name));
    if let Some(text) = text {
        collect(text, &field, depth - 1, problems);
    } else if let Some(allowed) = object.get("allowed_values").and_then(Value::as_array) {
        let allowed: Vec<String> = allowed.iter().filter_map(plain).collect();
        add(&field, &messages::must_be_one_of(allowed.join(", ")), problems);
    } else if constraints.is_none() && children.is_none() && more.is_none() {
        add("", &messages::see_field(&field), problems);
    }
    for text in constraints.into_iter().flat_map(Map::values) {
        collect(text, &field, depth - 1, problems);
    }
    for child in children.into_iter().flatten() {
        collect(child, &field, depth - 1, problems);
    }
    if let Some(more) = more {
        collect(more, &field, depth - 1, problems);
    }
}

fn is_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().any(Value::is_string),
        _ => false,
    }
}

/// A field's name, or the path to it.
fn path_of(value: &Value) -> Option<String> {
    match value {
        Value::Array(steps) => {
            let steps: Vec<String> = steps.iter().filter_map(plain).collect();
            Some(steps.join(".")).filter(|path| !path.is_empty())
        }
        other => plain(other),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn below(field: &str, name: &str) -> String {
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

fn add(field: &str, problem: &Message, problems: &mut Vec<Message>) {
    let problem = problem.map(|text| about(field, text));
    if !problem.text(Language::English).is_empty() && !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// A problem with the name of its field, unless the text has it.
fn about(field: &str, text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let is_name = |step: &&str| step.parse::<usize>().is_err();
    let last = field.rsplit('.').find(is_name).unwrap_or(field);
    let names_it = text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == last);
    match text.chars().next() {
        None => String::new(),
        _ if field.is_empty() || names_it => text.to_owned(),
        Some(first) if first.is_lowercase() => format!("{field} {text}"),
        Some(_) => format!("{field}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn sentence(details: Value) -> String {
        let problems = problems(&details, Some("Validation failed"));
        problems.map(|problems| problems.text(Language::English).to_owned()).unwrap_or_default()
    }

    #[test]
    fn every_shape_names_the_field() {
        let expected = "currency_code must be one of XOF, USD, EUR";
        for details in [
            json!(["currency_code must be one of XOF, USD, EUR"]),
            json!([{"path": "currency_code", "message": "must be one of XOF, USD, EUR"}]),
            json!([{"path": ["currency_code"], "message": "must be one of XOF, USD, EUR."}]),
            json!({"currency_code": "must be one of XOF, USD, EUR"}),
            json!({"currency_code": ["must be one of XOF, USD, EUR"]}),
            json!({"field": "currency_code", "value": "GBP", "allowed_values": ["XOF", "USD", "EUR"]}),
            json!([{"property": "currency_code", "constraints": {"isIn": expected}}]),
            json!({"errors": [{"field": "currency_code", "reason": expected}]}),
            json!(expected),
        ] {
            assert_eq!(sentence(details.clone()), expected, "{details}");
        }
        let nested = json!([{"property": "line_items", "children": [
            {"property": "0", "children": [{"property": "amount", "constraints": {"min": "must be above 0"}}]}
        ]}]);
        assert_eq!(sentence(nested), "line_items.0.amount must be above 0");
        assert_eq!(
            sentence(json!([{"path": "amount", "message": "Required"}])),
            "amount: Required"
        );
        assert_eq!(sentence(json!({"field": "amount"})), "see amount");
        for nothing in [json!(null), json!([]), json!({}), json!("Validation failed"), json!(5)] {
            assert_eq!(sentence(nothing), "");
        }
    }

    #[test]
    fn a_flood_is_bounded() {
        let many: Vec<String> = (0..5000).map(|n| format!("f{n} is wrong")).collect();
        assert!(sentence(json!(many)).ends_with("; and 93 more"));
        let mut deep = json!("x");
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert_eq!(sentence(deep), "");
    }
}
