//! Typed models, read straight from the document of a response. A value of an unexpected kind is no
//! error: it is converted to the field's type where that is possible, and the unchanged value stays
//! reachable among the originals.

use std::convert::Infallible;

use super::decode::{Decoder, MAX_FIELDS, Member, with_decoder};
use super::envelope::Content;
use super::normalize::{Conversion, conversion};
use super::{Decoded, Response};
use crate::error::Error;
use crate::json::document::{self, Document};
use crate::json::{Map, Number, Value, Values};
use crate::limits::Limits;
use crate::messages::response as messages;
use crate::table::Model;

/// A typed model that can be read from a response.
pub trait FromDocument: Sized {
    /// The model in the table.
    const MODEL: &'static Model;

    /// Reads every field.
    fn read(fields: Fields<'_>) -> Self;
}

/// An object of one of several models.
pub(crate) trait FromUnion: Sized {
    /// Reads an object of a model.
    fn read(model: &'static Model, document: &Document, place: usize) -> Option<Self>;

    /// An object without a model.
    fn other(object: Map<String, Value>) -> Self;
}

/// The fields of one object, by their position in the table.
pub struct Fields<'d> {
    document: &'d Document,
    model: &'static Model,
    /// The node of the object.
    object: usize,
    /// The node of each field's value; the root for a field that was not sent or is null.
    places: [u32; MAX_FIELDS],
    extra: Map<String, Value>,
    originals: Map<String, Value>,
}

/// A value of a field.
#[derive(Clone, Copy)]
struct Given<'d> {
    position: usize,
    place: usize,
    value: document::Value<'d>,
}

impl<'d> Fields<'d> {
    fn of(decoder: &mut Decoder<'d>, object: usize, model: &'static Model) -> Self {
        let document = decoder.document();
        let mut places = [Document::ROOT as u32; MAX_FIELDS];
        let mut extra = Map::new();
        let Ok(()) = decoder.members(object, model, |_, member, place| {
            match member {
                Member::Field(known) => {
                    if let Some(at) = places.get_mut(known.position) {
                        // There are fewer nodes than bytes of text.
                        *at = place as u32;
                    }
                }
                Member::Extra(name) => drop(extra.insert(name.to_owned(), value(document, place))),
            }
            Ok::<_, Infallible>(())
        });
        Self { document, model, object, places, extra, originals: Map::new() }
    }

    /// The value of a field, which may be null. Returns `None` for a field that was not sent.
    #[inline(always)]
    fn given(&self, position: usize) -> Option<Given<'d>> {
        let place = *self.places.get(position)? as usize;
        if place == Document::ROOT {
            return None;
        }
        Some(Given { position, place, value: self.document.at(place) })
    }

    /// Keeps the unchanged value of a field that is converted.
    fn keep(&mut self, given: &Given<'d>) {
        if let Some(field) = self.model.fields.get(given.position) {
            self.originals.insert(field.name.to_owned(), value(self.document, given.place));
        }
    }

    /// Reads a value as the field's type. A value that cannot be read so is kept among the
    /// originals.
    #[inline(always)]
    fn take<T>(
        &mut self,
        position: usize,
        read: impl FnOnce(&mut Self, &Given<'d>) -> Option<T>,
    ) -> Option<T> {
        let given = self.given(position)?;
        if given.value == document::Value::Null {
            return None;
        }
        let taken = read(self, &given);
        if taken.is_none() {
            self.keep(&given);
        }
        taken
    }

    /// The field as a string. Some servers send ids and codes as numbers.
    #[inline]
    pub(crate) fn text(&mut self, position: usize) -> Option<String> {
        let given = self.given(position)?;
        match given.value {
            document::Value::Text(text) => Some(text.to_owned()),
            document::Value::Null => None,
            _ => self.other_as_text(position),
        }
    }

    #[cold]
    fn other_as_text(&mut self, position: usize) -> Option<String> {
        self.take(position, |fields, given| match given.value {
            document::Value::Integer(_)
            | document::Value::Number(_)
            | document::Value::Boolean(_) => {
                fields.keep(given);
                Some(value(fields.document, given.place).to_string())
            }
            _ => None,
        })
    }

    /// The field as a boolean.
    #[inline]
    pub(crate) fn boolean(&mut self, position: usize) -> Option<bool> {
        self.take(position, |_, given| match given.value {
            document::Value::Boolean(flag) => Some(flag),
            _ => None,
        })
    }

    /// The field as a whole number.
    pub(crate) fn integer(&mut self, position: usize) -> Option<i64> {
        self.take(position, |fields, given| fields.as_number(given)?.as_i64())
    }

    /// The field as a number with all its digits.
    pub(crate) fn number(&mut self, position: usize) -> Option<Number> {
        self.take(position, |fields, given| fields.as_number(given))
    }

    fn as_number(&mut self, given: &Given<'d>) -> Option<Number> {
        match given.value {
            document::Value::Integer(number) => Some(number.into()),
            document::Value::Number(digits) => Some(Number::from_digits(digits)),
            _ => match self.conversion(given) {
                Conversion::Number(digits) => {
                    self.keep(given);
                    Some(Number::from_digits(digits))
                }
                _ => None,
            },
        }
    }

    /// The field as an object with names of the merchant's choice.
    pub(crate) fn map(&mut self, position: usize) -> Option<Map<String, Value>> {
        // Null may be read as an empty object.
        let given = self.given(position)?;
        if let Conversion::Map(text) = self.conversion(&given)
            && let Ok(map) = Document::read(text.into(), Limits::default())
        {
            self.keep(&given);
            return object(value(&map, Document::ROOT));
        }
        match given.value {
            document::Value::Null => None,
            document::Value::Object => object(value(self.document, given.place)),
            _ => {
                self.keep(&given);
                None
            }
        }
    }

    /// The field as a list of such objects.
    pub(crate) fn maps(&mut self, position: usize) -> Option<Vec<Map<String, Value>>> {
        self.take(position, |fields, given| match given.value {
            document::Value::List => {
                let document = fields.document;
                document.items(given.place).map(|item| object(value(document, item))).collect()
            }
            _ => None,
        })
    }

    /// The field as a list of strings; a single string becomes a list of one.
    pub(crate) fn words(&mut self, position: usize) -> Option<Vec<String>> {
        self.take(position, |fields, given| match given.value {
            document::Value::Text(text) => Some(vec![text.to_owned()]),
            document::Value::List => {
                let items = fields.document.items(given.place);
                let words = items.map(|item| match fields.document.at(item) {
                    document::Value::Text(text) => Some(text.to_owned()),
                    _ => None,
                });
                words.collect()
            }
            _ => None,
        })
    }

    /// The field as an open enum.
    pub(crate) fn word<T: for<'a> From<&'a str>>(&mut self, position: usize) -> Option<T> {
        self.take(position, |fields, given| {
            if let Conversion::Word(word) = fields.conversion(given) {
                fields.keep(given);
                return Some(T::from(&word));
            }
            match given.value {
                document::Value::Text(word) => Some(T::from(word)),
                _ => None,
            }
        })
    }

    /// The field as an object of another model.
    pub(crate) fn model<T: FromDocument>(&mut self, position: usize) -> Option<T> {
        self.take(position, |fields, given| match given.value {
            document::Value::Object => Some(read_model(fields.document, given.place)),
            _ => None,
        })
    }

    /// The field as a list of objects of another model.
    pub(crate) fn models<T: FromDocument>(&mut self, position: usize) -> Option<Vec<T>> {
        self.take(position, |fields, given| match given.value {
            document::Value::List => {
                let document = fields.document;
                let is_object = |item: &usize| document.at(*item) == document::Value::Object;
                let items = document.items(given.place);
                items.map(|item| is_object(&item).then(|| read_model(document, item))).collect()
            }
            _ => None,
        })
    }

    /// The field as an object of the model that another field names; any other object is read
    /// without a model.
    pub(crate) fn one_of<T: FromUnion>(&mut self, position: usize) -> Option<T> {
        self.take(position, |fields, given| match (fields.conversion(given), given.value) {
            (Conversion::Object(model), _) => T::read(model, fields.document, given.place),
            (_, document::Value::Object) => {
                object(value(fields.document, given.place)).map(T::other)
            }
            _ => None,
        })
    }

    /// The fields that the table does not list, and the unchanged values of converted fields.
    pub(crate) fn end(self) -> (Map<String, Value>, Map<String, Value>) {
        (self.extra, self.originals)
    }

    fn conversion(&self, given: &Given<'d>) -> Conversion<'d> {
        match self.model.fields.get(given.position) {
            Some(field) => conversion(self.document, self.object, given.place, given.value, field),
            None => Conversion::Unchanged,
        }
    }
}

/// Reads the object at a node.
pub(crate) fn read_model<T: FromDocument>(document: &Document, place: usize) -> T {
    T::read(with_decoder(document, |decoder| Fields::of(decoder, place, T::MODEL)))
}

/// Reads a value without a schema.
fn value(document: &Document, place: usize) -> Value {
    document.emit(place, document.at(place), &mut Values).unwrap_or_default()
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Inserts a field into an object if it has a value.
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

/// Reads a response that is one object.
pub(crate) fn read_one<T: FromDocument>(response: &Response) -> Result<T, Error> {
    response.read_with(|response| match &response.content {
        Content::One(_, place) => Ok(read_model(&response.document, place.0)),
        _ => Err(Error::unexpected(messages::not_one_object())),
    })
}

/// Reads an object from JSON, as if a server had sent it.
pub(crate) fn read_json<T: FromDocument>(text: &str) -> Result<T, Error> {
    read_one(&Response::from_json(text, T::MODEL)?)
}

/// Reads a response without types: its object, its rows as a list, or null.
pub fn read_values(response: &Response) -> Result<Value, Error> {
    let decoded = response.read_with(|response| response.decode(&mut Values))?;
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
        let session: CheckoutSession = read_json(&sent.to_string()).unwrap();
        assert_eq!(Value::from(session), sent);
    }

    #[test]
    fn typed_models_hold_what_the_decoder_gives() {
        for sent in [
            json!({"id": "cs_1", "url": "u", "amount": "10.50", "status": "complete"}),
            json!({"checkout_session_id": 5, "amount": true, "metadata": "{\"a\": [1]}"}),
            json!({"id": "cs_1", "metadata": null, "allowed_providers": "WAVE", "is_pos": "no"}),
            json!({"id": "cs_1", "metadata": [], "title": null, "description": "d"}),
        ] {
            let text = sent.to_string();
            let response = Response::from_json(text.as_str(), CheckoutSession::MODEL).unwrap();
            let Ok(Value::Object(decoded)) = read_values(&response) else { panic!("{text}") };
            let session: CheckoutSession = read_json(&text).unwrap();
            let read = Value::from(session.clone());
            for (name, value) in decoded.iter().filter(|(name, _)| !name.starts_with('\0')) {
                let same = read[name.as_str()] == *value
                    // One string is a list of one.
                    || read[name.as_str()] == json!([value.clone()])
                    || (value.is_null() && read[name.as_str()].is_null())
                    || session.originals.get(name.as_str()).is_some();
                assert!(same, "{name} of {text}: {read}");
            }
        }
    }
}
