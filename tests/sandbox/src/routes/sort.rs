//! `sort` of the lists of generation C.

use std::cmp::Ordering;

use serde_json::Value;

use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::schema::fields::{FIELDS, Field};

/// Parses `created_at:desc`. Returns the field of a checkout session and whether it is descending,
/// which is not the default.
pub(super) fn parse_sort(text: &str) -> Result<(&'static Field, bool), ApiError> {
    sort_by(text, |name| FIELDS.iter().find(|f| f.name == name && f.is_shown_by(Generation::C)))
}

/// The same for the fields that `find` knows.
pub(super) fn sort_by<T>(
    text: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Result<(T, bool), ApiError> {
    let (name, direction) = text.split_once(':').unwrap_or((text, "asc"));
    match (find(name), direction) {
        (Some(field), "asc") => Ok((field, false)),
        (Some(field), "desc") => Ok((field, true)),
        _ => Err(ApiError::invalid(vec![Problem::new(
            "sort",
            "must be a field and a direction, such as created_at:desc",
        )])),
    }
}

/// Order of values as in a database column: numbers by size, strings by characters, null last.
pub(super) struct SortKey {
    null: bool,
    number: f64,
    text: String,
    descending: bool,
}

impl SortKey {
    pub(super) fn new(value: &Value, descending: bool) -> Self {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Null => String::new(),
            other => other.to_string(),
        };
        Self { null: value.is_null(), number: value.as_f64().unwrap_or(0.0), text, descending }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value =
            self.number.total_cmp(&other.number).then_with(|| self.text.cmp(&other.text));
        let by_value = if self.descending { by_value.reverse() } else { by_value };
        self.null.cmp(&other.null).then(by_value)
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SortKey {}
