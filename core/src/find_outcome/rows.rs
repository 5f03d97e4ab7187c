//! Whether a row of a list is the object that a call has created.

use super::clock::{ByTime, Window};
use crate::decimal::Decimal;
use crate::error::UnknownCall;
use crate::json::{Map, Value};
use crate::table::FindInList;

/// Whether a row is the object that a call has created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    Maybe,
    No,
}

/// A value of a call: of its path or its body, by name, with dots into objects.
pub(super) fn value_of<'c>(call: &'c UnknownCall, name: &str) -> Option<&'c Value> {
    let mut names = name.split('.');
    let top = names.next()?;
    let in_body = || call.body.as_ref().and_then(|body| body.get(top));
    let mut value = call.path.get(top).or_else(in_body)?;
    for name in names {
        value = value.get(name)?;
    }
    (!value.is_null()).then_some(value)
}

/// The fields that a call has sent.
pub(super) fn sent(call: &UnknownCall) -> impl Iterator<Item = (&String, &Value)> {
    let fields = call.body.as_ref().and_then(Value::as_object);
    fields.into_iter().flatten().filter(|(name, _)| name.as_str() != "confirmation_token")
}

/// Compares a row with a call.
pub(super) fn compare(
    rule: &FindInList,
    call: &UnknownCall,
    window: &Window,
    row: &Map<String, Value>,
) -> Match {
    let shown = |field: &str| row.get(field).filter(|value| !value.is_null());
    let by_time = window.has(row.get("created_at"));
    if by_time == ByTime::Outside {
        return Match::No;
    }
    let mut doubtful = false;
    for (field, name) in rule.same {
        match (value_of(call, name), shown(field)) {
            (Some(sent), Some(shown)) if !is_equal(sent, shown) => return Match::No,
            (Some(_), Some(_)) => {}
            (Some(_), None) => doubtful = true,
            (None, _) => doubtful |= !rule.optional.contains(field),
        }
    }
    for (field, expected) in rule.has {
        match shown(field) {
            Some(shown) if !is_equal(&Value::from(*expected), shown) => return Match::No,
            Some(_) => {}
            None => doubtful = true,
        }
    }
    for (field, name) in rule.alike {
        doubtful |= match (value_of(call, name), shown(field)) {
            (Some(sent), Some(shown)) => !is_equal(sent, shown),
            (Some(_), None) => true,
            (None, _) => false,
        };
    }
    // Only the merchant's own mark is a proof where a field is not shown.
    let marked = value_of(call, "metadata").and_then(Value::as_object).filter(|m| !m.is_empty());
    if let Some(sent) = marked {
        let shown = shown("metadata").and_then(Value::as_object).filter(|m| !m.is_empty());
        match shown.map(|shown| sent.iter().all(|(name, value)| shown.get(name) == Some(value))) {
            Some(true) => doubtful = false,
            Some(false) => doubtful = true,
            None => {}
        }
    }
    match doubtful || by_time == ByTime::Near {
        true => Match::Maybe,
        false => Match::Yes,
    }
}

/// Whether two values are the same, however the server writes a number or the case of a word.
pub(super) fn is_equal(sent: &Value, shown: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Number(number) => Decimal::parse(&number.to_string()),
        Value::String(text) => Decimal::parse(text.trim()),
        _ => None,
    };
    match (sent, shown) {
        (Value::Object(sent), Value::Object(shown)) => sent
            .iter()
            .all(|(name, value)| shown.get(name).is_some_and(|shown| is_equal(value, shown))),
        (Value::Number(_), _) | (_, Value::Number(_)) => {
            number(sent).zip(number(shown)).is_some_and(|(sent, shown)| sent == shown)
        }
        (Value::String(sent), Value::String(shown)) => sent.eq_ignore_ascii_case(shown),
        _ => sent == shown,
    }
}
