//! The sink that builds [`Value`]s.

use super::sink::{Key, Sink};
use super::value::{Map, Number, Value};
use crate::error::Error;
use crate::table::Model;

/// Builds [`Value`]s.
pub(crate) struct Values;

impl Sink for Values {
    type Value = Value;
    type List = Vec<Value>;
    type Object = (String, Map<String, Value>);
    type Error = Error;

    fn null(&mut self) -> Result<Self::Value, Error> {
        Ok(Value::Null)
    }

    fn boolean(&mut self, value: bool) -> Result<Self::Value, Error> {
        Ok(value.into())
    }

    fn integer(&mut self, value: i64) -> Result<Self::Value, Error> {
        Ok(value.into())
    }

    fn number(&mut self, digits: &str) -> Result<Self::Value, Error> {
        Ok(Number::from_digits(digits).into())
    }

    fn text(&mut self, text: &str) -> Result<Self::Value, Error> {
        Ok(text.into())
    }

    fn begin_list(&mut self) -> Result<Self::List, Error> {
        Ok(Vec::new())
    }

    fn before_item(&mut self, _: &mut Self::List) -> Result<(), Error> {
        Ok(())
    }

    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Error> {
        list.push(value);
        Ok(())
    }

    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, Error> {
        Ok(list.into())
    }

    fn begin_object(&mut self, _: Option<&'static Model>) -> Result<Self::Object, Error> {
        Ok(Default::default())
    }

    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Error> {
        object.0 = match key {
            Key::Field(_, field) => field.name.to_owned(),
            Key::Extra(name) => name.to_owned(),
            Key::Originals => ORIGINALS.to_owned(),
        };
        Ok(())
    }

    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Error> {
        let key = std::mem::take(&mut object.0);
        object.1.insert(key, value);
        Ok(())
    }

    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Error> {
        Ok(object.1.into())
    }
}

/// The name under which [`Values`] stores [`Key::Originals`]. No name in the API starts with a NUL.
pub(crate) const ORIGINALS: &str = "\0originals";
