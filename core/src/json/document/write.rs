//! Writes a value of a document as JSON.

use super::nodes::{Document, Node, Value};

impl Document {
    /// Appends the value at a place as compact JSON, with every digit of its numbers.
    pub(crate) fn write_json(&self, place: usize, json: &mut Vec<u8>) {
        match self.at(place) {
            Value::Null => json.extend_from_slice(b"null"),
            Value::Boolean(true) => json.extend_from_slice(b"true"),
            Value::Boolean(false) => json.extend_from_slice(b"false"),
            Value::Integer(number) => json.extend_from_slice(number.to_string().as_bytes()),
            Value::Number(digits) => json.extend_from_slice(digits.as_bytes()),
            Value::Text(text) => match self.nodes.get(place) {
                // Has no escapes in its JSON.
                Some(Node::Plain(_)) => write_plain(text, json),
                _ => write_string(text, json),
            },
            Value::List => {
                json.push(b'[');
                for (position, item) in self.items(place).enumerate() {
                    if position > 0 {
                        json.push(b',');
                    }
                    self.write_json(item, json);
                }
                json.push(b']');
            }
            Value::Object => {
                json.push(b'{');
                for (position, name) in self.names(place).enumerate() {
                    if position > 0 {
                        json.push(b',');
                    }
                    self.write_json(name, json);
                    json.push(b':');
                    self.write_json(name + 1, json);
                }
                json.push(b'}');
            }
        }
    }
}

fn write_plain(text: &str, json: &mut Vec<u8>) {
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
}

/// Appends a string with its quotes.
pub(crate) fn write_string(text: &str, json: &mut Vec<u8>) {
    // Writing to a vector does not fail.
    let _ = serde_json::to_writer(json, text);
}
