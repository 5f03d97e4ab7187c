//! Parses values and numbers from JSON.

use super::{Number, Value, is_number};
use crate::error::{Error, ErrorKind};
use crate::json::document::Document;
use crate::json::values::Values;
use crate::limits::Limits;
use crate::messages::bindings as shared;
use crate::messages::error as words;
use crate::messages::response as messages;

/// Parses JSON. Every digit is kept, nesting is limited to 128 levels, and if an object has a name
/// twice, the last value counts.
impl std::str::FromStr for Value {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let limits = Limits { values: usize::MAX, ..Limits::default() };
        let read = Document::read_strictly(text.into(), limits);
        read.and_then(|document| document.whole(&mut Values)).map_err(|error| {
            Error::new(
                ErrorKind::Validation,
                error.inner.message.replace(&shared::the_response(), &words::the_string()),
            )
        })
    }
}

/// Parses a number in JSON.
impl std::str::FromStr for Number {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match is_number(text) {
            true => Ok(Self::from_digits(text)),
            false => Err(Error::validation(messages::not_json_number(text))),
        }
    }
}
