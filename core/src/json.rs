//! What becomes of JSON values is up to a [`Sink`]; each language has one.

mod value;

use crate::error::Error;
use crate::schema::{Field, Model};

pub use value::{Map, Number, Value};
pub(crate) use value::{is_number, number_length, whole_number};

/// Builds one language's values while text is read. `Value` is what the language
/// holds, `Error` what its own constructors may raise.
pub trait Sink {
    /// A finished value.
    type Value;
    /// A list being filled.
    type List;
    /// An object being filled.
    type Object;
    /// What can go wrong here, and in reading.
    type Error: From<Error>;

    /// JSON null.
    fn null(&mut self) -> Result<Self::Value, Self::Error>;
    /// True or false.
    fn boolean(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    /// A whole number that fits.
    fn integer(&mut self, value: i64) -> Result<Self::Value, Self::Error>;
    /// Any other number, as it was written.
    fn number(&mut self, digits: &str) -> Result<Self::Value, Self::Error>;
    /// A text.
    fn text(&mut self, text: &str) -> Result<Self::Value, Self::Error>;

    /// Starts a list.
    fn begin_list(&mut self) -> Result<Self::List, Self::Error>;
    /// The next value of a list is about to be read.
    fn before_item(&mut self, list: &mut Self::List) -> Result<(), Self::Error>;
    /// Adds the value just read.
    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends a list.
    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, Self::Error>;

    /// Starts an object; of a model, where the schema knows it.
    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<Self::Object, Self::Error>;
    /// Names the value that is about to be read. A key may come twice: the last counts.
    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Self::Error>;
    /// Gives the value for the key just named.
    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends an object.
    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Self::Error>;
}

/// The name of a value in an object.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// A field of the model: where it stands in `Model::fields`, and what it is.
    Field(usize, &'static Field),
    /// A name that the schema does not know, or any name in an object without a model.
    Extra(&'a str),
    /// Not from the wire: an object that holds, by field name, the values that were
    /// read as something else (`complete` read as `completed`).
    Originals,
}

/// Hands a number over in the form that keeps every digit.
pub(crate) fn emit_number<S: Sink>(digits: &str, sink: &mut S) -> Result<S::Value, S::Error> {
    // "-0" is a number of its own, which an integer would lose.
    match digits.parse::<i64>() {
        Ok(value) if digits != "-0" => sink.integer(value),
        _ => sink.number(digits),
    }
}

/// Replaces lone surrogates (`\ud83d` without its other half), which are JSON by
/// grammar but no text, by U+FFFD. Gives nothing when there are none.
pub(crate) fn without_lone_surrogates(text: &str) -> Option<String> {
    let hex = |at: usize| u16::from_str_radix(text.get(at + 2..at + 6)?, 16).ok();
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let unit = text.get(at..at + 2).filter(|escape| *escape == "\\u").and_then(|_| hex(at));
        let pair = text.get(at + 6..at + 8).filter(|escape| *escape == "\\u");
        let low = pair.and_then(|_| hex(at + 6));
        at += match unit {
            Some(0xD800..=0xDBFF) if matches!(low, Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                lone.push(at);
                6
            }
            Some(_) => 6,
            None => 2,
        };
    }
    if lone.is_empty() {
        return None;
    }
    let mut mended = String::with_capacity(text.len());
    let mut from = 0;
    for at in lone {
        mended.push_str(text.get(from..at)?);
        mended.push_str("\\ufffd");
        from = at + 6;
    }
    mended.push_str(text.get(from..)?);
    Some(mended)
}

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

/// The key under which [`Values`] keeps what [`Key::Originals`] holds. No JSON key of
/// the API starts with a NUL.
pub(crate) const ORIGINALS: &str = "\0originals";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_are_kept() {
        assert_eq!(without_lone_surrogates(r#""\ud83d\ude00 \\ud83d é""#), None);
        assert_eq!(
            without_lone_surrogates(r#""\ud83d x \ude00\ud83d\ude00\ud83d""#).unwrap(),
            r#""\ufffd x \ufffd\ud83d\ude00\ufffd""#
        );
    }
}
