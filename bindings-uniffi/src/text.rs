//! Text from Ruby, whose strings may have any bytes. Exported functions take it as bytes: uniffi makes
//! a `String` of an argument without a check.

use std::borrow::Cow;

use lomi::binding::messages;
use lomi::{Error, ErrorKind};

/// How Ruby converts text.
const EXAMPLE: &str = "text.encode(\"UTF-8\", \"ISO-8859-1\")";

/// Text that must be UTF-8.
pub(crate) fn checked(bytes: Vec<u8>) -> Result<String, Error> {
    let refused = |_| {
        let message = messages::not_utf(messages::the_value(), EXAMPLE);
        Error::new(ErrorKind::Validation, message)
    };
    String::from_utf8(bytes).map_err(refused)
}

/// Text that is only shown, or compared with what is ASCII.
pub(crate) fn readable(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests;
