//! Generated values, replaced by placeholders in the order in which they appear: two recordings are
//! equal when the same values are in the same places.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::objects::NOW;

/// The field with the time that the delivery of a webhook took.
const DURATION: &str = "request_duration_ms";
/// Length of a UUID with its dashes.
const UUID: usize = 36;

/// Replaces values that differ from sandbox to sandbox.
pub(crate) struct Placeholders<'a> {
    known: &'a [(&'a str, &'a str)],
    numbers: HashMap<String, usize>,
}

impl<'a> Placeholders<'a> {
    /// `known` are values with the names that replace them.
    pub(crate) fn new(known: &'a [(&'a str, &'a str)]) -> Self {
        Self { known, numbers: HashMap::new() }
    }

    /// A value with placeholders. Members of an object are visited by name, because the languages
    /// return them in different orders.
    pub(crate) fn replace(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.replace_in(text).into(),
            Value::Array(items) => items.iter().map(|item| self.replace(item)).collect(),
            Value::Object(fields) => {
                let mut names: Vec<&String> = fields.keys().collect();
                names.sort();
                let replaced = names.into_iter().filter_map(|name| {
                    let value = fields.get(name)?;
                    let is_measured = name == DURATION && value.is_number();
                    let value = if is_measured { "{time}".into() } else { self.replace(value) };
                    Some((name.clone(), value))
                });
                Value::Object(replaced.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    fn replace_in(&mut self, text: &str) -> String {
        let known = self
            .known
            .iter()
            .fold(text.to_owned(), |text, (value, name)| text.replace(value, name));
        let mut replaced = String::new();
        let mut rest = known.as_str();
        while let Some(next) = rest.chars().next() {
            match generated(rest) {
                _ if is_of_machine(rest) => {
                    replaced.push_str("{time}");
                    rest = rest.get(NOW.len()..).unwrap_or_default();
                }
                Some(length) => {
                    let (value, after) = rest.split_at(length);
                    let count = self.numbers.len() + 1;
                    let number = *self.numbers.entry(value.to_owned()).or_insert(count);
                    replaced.push_str(&format!("{{generated {number}}}"));
                    rest = after;
                }
                None => {
                    replaced.push(next);
                    rest = rest.get(next.len_utf8()..).unwrap_or_default();
                }
            }
        }
        replaced
    }
}

/// The length of a generated value at the beginning of a text, if there is one: a UUID, or a UUID
/// or a hash in hexadecimal digits alone.
fn generated(text: &str) -> Option<usize> {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let run = text.bytes().take_while(is_digit).count();
    let is_uuid = || {
        text.bytes().take(UUID).enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => is_digit(&byte),
        })
    };
    match run {
        32 | 64 => Some(run),
        8 if text.len() >= UUID && is_uuid() => Some(UUID),
        _ => None,
    }
}

/// Whether a text begins with a time of the machine: it is before that of the sandbox.
fn is_of_machine(text: &str) -> bool {
    let is_alike = |(byte, form): (u8, u8)| match form.is_ascii_digit() {
        true => byte.is_ascii_digit(),
        false => byte == form,
    };
    text.len() >= NOW.len()
        && text.bytes().zip(NOW.bytes()).all(is_alike)
        && text.get(..NOW.len()).is_some_and(|time| time < NOW)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
    const TWO: &str = "0b0f8f4e-3c5a-4f0e-9a67-0e02b2c3d470";

    fn replaced(value: &Value) -> Value {
        Placeholders::new(&[("127.0.0.1:80", "{origin}")]).replace(value)
    }

    #[test]
    fn the_same_value_has_the_same_placeholder() {
        let sent = json!([format!("/refunds/{ONE}"), {"b": TWO, "a": ONE, "c": 4}]);
        let wanted =
            json!(["/refunds/{generated 1}", {"a": "{generated 1}", "b": "{generated 2}", "c": 4}]);
        assert_eq!(replaced(&sent), wanted);
        assert_ne!(replaced(&json!([ONE, TWO])), replaced(&json!([ONE, ONE])));
    }

    #[test]
    fn other_values_stay() {
        let secret = format!("whsec_{} é http://127.0.0.1:80/x", ONE.replace('-', ""));
        assert_eq!(replaced(&json!(secret)), json!("whsec_{generated 1} é http://{origin}/x"));
        assert_eq!(replaced(&json!("2026-01-02T03:04:05.678Z")), json!("{time}"));
        let other = json!([NOW, "00000000-0000-4000-8000", 9007199254740993u64]);
        assert_eq!(replaced(&other), other);
    }
}
