//! From a decoded object to the fields of a typed model. A value of an unexpected kind
//! is no error: what can be shown as the field's type is, and the rest stays reachable
//! among the originals.

use super::{Decoded, Response};
use crate::error::Error;
use crate::json::{Map, Number, ORIGINALS, Value, Values};

/// A typed model that can be made from a decoded object.
pub trait FromObject: Sized {
    /// Takes the fields it knows and keeps the others.
    fn from_object(object: Map<String, Value>) -> Self;
}

/// An object whose fields are being taken out.
pub(crate) struct Fields {
    rest: Map<String, Value>,
    originals: Map<String, Value>,
}

impl Fields {
    pub(crate) fn new(mut object: Map<String, Value>) -> Self {
        let originals = match object.shift_remove(ORIGINALS) {
            Some(Value::Object(originals)) => originals,
            _ => Map::new(),
        };
        Self { rest: object, originals }
    }

    fn take<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.rest.shift_remove(name).filter(|value| !value.is_null())?;
        let known = read(&value);
        if known.is_none() {
            self.originals.entry(name).or_insert(value);
        }
        known
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        // Ids and codes come as numbers from some servers.
        if let Some(value @ (Value::Number(_) | Value::Bool(_))) = self.rest.get(name) {
            self.originals.entry(name).or_insert_with(|| value.clone());
        }
        self.take(name, |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        })
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.take(name, Value::as_bool)
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        self.take(name, Value::as_i64)
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<Number> {
        self.take(name, |value| value.as_number().cloned())
    }

    pub(crate) fn map(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.take(name, |value| value.as_object().cloned())
    }

    pub(crate) fn maps(&mut self, name: &str) -> Option<Vec<Map<String, Value>>> {
        self.take(name, |value| {
            value.as_array()?.iter().map(|item| item.as_object().cloned()).collect()
        })
    }

    /// A list of words, or one text.
    pub(crate) fn words(&mut self, name: &str) -> Option<Vec<String>> {
        self.take(name, |value| match value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
            }
            _ => None,
        })
    }

    pub(crate) fn word<T: for<'a> From<&'a str>>(&mut self, name: &str) -> Option<T> {
        self.take(name, |value| value.as_str().map(T::from))
    }

    pub(crate) fn model<T: FromObject>(&mut self, name: &str) -> Option<T> {
        self.take(name, |value| value.as_object().cloned().map(T::from_object))
    }

    /// Ends: what no field took, and what was read as something else.
    pub(crate) fn end(self) -> (Map<String, Value>, Map<String, Value>) {
        (self.rest, self.originals)
    }
}

/// Puts a field into an object, where it has a value.
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

/// Reads a response that is one object.
pub(crate) fn read_one<T: FromObject>(response: &Response) -> Result<T, Error> {
    response.reading(|response| match response.decode(&mut Values)? {
        Decoded::One(Value::Object(fields)) => Ok(T::from_object(fields)),
        _ => Err(Error::unexpected("the answer is not one object")),
    })
}

/// Reads a response without types: its object, its rows as a list, or null.
pub fn read_values(response: &Response) -> Result<Value, Error> {
    let decoded = response.reading(|response| response.decode(&mut Values))?;
    Ok(match decoded {
        Decoded::Nothing => Value::Null,
        Decoded::One(value) => value,
        Decoded::Rows(rows, _) => rows.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::models::CheckoutSession;

    #[test]
    fn an_object_comes_out_as_it_went_in() {
        let sent = json!({
            "checkout_session_id": "cs_1", "amount": 10000, "status": "frozen",
            "allowed_providers": ["WAVE"], "metadata": {"order": 1}, "is_pos": false,
            "line_items": [{"price_id": "p"}], "new_field": {"deep": [1]}, "title": {"fr": "T"},
        });
        let Value::Object(fields) = sent.clone() else { unreachable!() };
        assert_eq!(Value::from(CheckoutSession::from_object(fields)), sent);
    }
}
