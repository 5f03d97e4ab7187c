//! Writes the values of a response while the core reads them.

use lomi::Error;
use lomi::binding::table::Model;
use lomi::binding::{Key, Sink};

use super::{OBJECT, Writer};
use crate::binding::number_of;

/// Writes values one after the other.
#[derive(Default)]
pub(crate) struct PackedSink {
    pub(crate) writer: Writer,
}

/// A list that is not complete yet.
pub(crate) struct List {
    at: usize,
    count: usize,
}

/// An object that is not complete yet.
pub(crate) enum Object {
    Map {
        at: usize,
        count: usize,
    },
    Model {
        /// Where the object's tag stands.
        at: usize,
        /// Where the places stand.
        places: usize,
        /// Number of the model's fields.
        fields: usize,
        /// Where the place of the next extra field is to be written.
        next_extra: usize,
    },
}

impl Sink for PackedSink {
    type Value = ();
    type List = List;
    type Object = Object;
    type Error = Error;

    fn null(&mut self) -> Result<(), Error> {
        self.writer.null();
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Error> {
        self.writer.boolean(value);
        Ok(())
    }

    fn integer(&mut self, value: i64) -> Result<(), Error> {
        self.writer.integer(value);
        Ok(())
    }

    fn number(&mut self, digits: &str) -> Result<(), Error> {
        self.writer.number(digits);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        self.writer.string(text);
        Ok(())
    }

    fn begin_list(&mut self) -> Result<List, Error> {
        Ok(List { at: self.writer.begin_list(), count: 0 })
    }

    fn before_item(&mut self, _: &mut List) -> Result<(), Error> {
        Ok(())
    }

    fn item(&mut self, list: &mut List, (): ()) -> Result<(), Error> {
        list.count += 1;
        Ok(())
    }

    fn end_list(&mut self, list: List) -> Result<(), Error> {
        self.writer.end(list.at, list.count);
        Ok(())
    }

    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<Object, Error> {
        let Some(model) = model else {
            return Ok(Object::Map { at: self.writer.begin_map(), count: 0 });
        };
        let (bytes, fields) = (&mut self.writer.bytes, model.fields.len());
        let at = bytes.len();
        bytes.push(OBJECT);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&number_of(model).to_be_bytes());
        bytes.extend_from_slice(&u16::try_from(fields).unwrap_or(u16::MAX).to_be_bytes());
        let places = bytes.len();
        bytes.resize(places + 4 * (fields + 2), 0);
        Ok(Object::Model { at, places, fields, next_extra: places + 4 * fields })
    }

    fn key(&mut self, object: &mut Object, key: Key<'_>) -> Result<(), Error> {
        match object {
            Object::Map { count, .. } => {
                *count += 1;
                self.writer.text(match key {
                    Key::Field(_, field) => field.name,
                    Key::Extra(name) => name,
                    Key::Originals => return Err(Error::internal("a map with originals")),
                });
            }
            Object::Model { at, places, fields, next_extra } => {
                let here = self.writer.bytes.len();
                let place = match key {
                    Key::Field(number, _) => *places + 4 * number,
                    Key::Extra(_) => *next_extra,
                    Key::Originals => *places + 4 * (*fields + 1),
                };
                self.writer.set(place, here - *at);
                if let Key::Extra(name) = key {
                    *next_extra = here;
                    self.writer.bytes.extend_from_slice(&[0; 4]);
                    self.writer.text(name);
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, _: &mut Object, (): ()) -> Result<(), Error> {
        Ok(())
    }

    fn end_object(&mut self, object: Object) -> Result<(), Error> {
        match object {
            Object::Map { at, count } => self.writer.end(at, count),
            Object::Model { at, .. } => self.writer.set(at + 1, self.writer.bytes.len() - at - 5),
        }
        Ok(())
    }
}
