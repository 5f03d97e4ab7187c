//! The [`Sink`] that builds a language's values from JSON.

use crate::error::Error;
use crate::table::{Field, Model};

/// Builds one language's values from JSON. `Value` is a value of the language, `Error` an error of
/// its constructors.
pub trait Sink {
    /// A finished value.
    type Value;
    /// A list being filled.
    type List;
    /// An object being filled.
    type Object;
    /// The error of the sink or of reading the response.
    type Error: From<Error>;

    /// JSON null.
    fn null(&mut self) -> Result<Self::Value, Self::Error>;
    /// True or false.
    fn boolean(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    /// A whole number that fits.
    fn integer(&mut self, value: i64) -> Result<Self::Value, Self::Error>;
    /// Any other number, with all its digits.
    fn number(&mut self, digits: &str) -> Result<Self::Value, Self::Error>;
    /// A string.
    fn text(&mut self, text: &str) -> Result<Self::Value, Self::Error>;

    /// Starts a list.
    fn begin_list(&mut self) -> Result<Self::List, Self::Error>;
    /// The next value of a list is about to be read.
    fn before_item(&mut self, list: &mut Self::List) -> Result<(), Self::Error>;
    /// Adds the value just read.
    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends a list.
    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, Self::Error>;

    /// Starts an object, with its model if the schema has one.
    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<Self::Object, Self::Error>;
    /// Takes the name of the next value. If a name comes twice, the last value counts.
    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Self::Error>;
    /// Takes the value of the last name.
    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends an object.
    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Self::Error>;
}

/// The name of a value in an object.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// A field of the model, with its position in `Model::fields`.
    Field(usize, &'static Field),
    /// A name that the schema does not list, or any name in an object without a model.
    Extra(&'a str),
    /// Not from the server: an object with the unchanged values of converted fields, by field name
    /// (such as `complete`, converted to `completed`).
    Originals,
}

/// Passes a number to a sink in the form that keeps every digit.
pub(crate) fn emit_number<S: Sink>(digits: &str, sink: &mut S) -> Result<S::Value, S::Error> {
    // "-0" differs from 0, which an integer cannot express.
    match digits.parse::<i64>() {
        Ok(value) if digits != "-0" => sink.integer(value),
        _ => sink.number(digits),
    }
}
