//! What becomes of JSON values is up to a [`Sink`]; each language has one.

use crate::error::Error;
use crate::table::{Field, Model};

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
    /// ClassNames the value that is about to be read. A key may come twice: the last counts.
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
