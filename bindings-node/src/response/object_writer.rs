//! One JSON object, written member by member.

use std::fmt::Display;
use std::io::Write;

use lomi::Value;

use super::latin1::quote;

/// Writes one JSON object in Latin-1. Names are not escaped: all of them are ours.
pub(super) struct ObjectWriter(Vec<u8>);

impl ObjectWriter {
    pub(super) fn new() -> Self {
        let mut json = Vec::with_capacity(768);
        json.push(b'{');
        Self(json)
    }

    /// Continues an object that has been started in `json`.
    pub(super) fn resume(json: Vec<u8>) -> Self {
        Self(json)
    }

    /// Writes the name of a member, whose value is written next.
    pub(super) fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        &mut self.0
    }

    /// A number or a boolean.
    pub(super) fn number(&mut self, name: &str, number: Option<impl Display>) {
        let json = self.name(name);
        match number {
            // Writing to a Vec does not fail.
            Some(number) => drop(write!(json, "{number}")),
            None => json.extend_from_slice(b"null"),
        }
    }

    pub(super) fn string(&mut self, name: &str, string: Option<&str>) {
        let json = self.name(name);
        match string {
            Some(string) => quote(json, string),
            None => json.extend_from_slice(b"null"),
        }
    }

    /// Objects, one for each item.
    pub(super) fn objects<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.name(name).push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            self.0.push(b'{');
            write(self, item);
            self.0.push(b'}');
        }
        self.0.push(b']');
    }

    pub(super) fn value(&mut self, name: &str, value: &Value) {
        write_value(self.name(name), value);
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

fn write_value(json: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(string) => quote(json, string),
        Value::Array(items) => {
            json.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    json.push(b',');
                }
                write_value(json, item);
            }
            json.push(b']');
        }
        Value::Object(fields) => {
            json.push(b'{');
            for (at, (name, field)) in fields.iter().enumerate() {
                if at > 0 {
                    json.push(b',');
                }
                quote(json, name);
                json.push(b':');
                write_value(json, field);
            }
            json.push(b'}');
        }
        other => json.extend_from_slice(other.to_string().as_bytes()),
    }
}
