//! The JSON of a response, read once from end to end and checked on the way: complete, not too
//! deep, not too many values. Finding an envelope, reading ids and building a language's values
//! all walk the list of nodes, and never the text again.

mod nodes;
mod parse;
mod source;

use bytestring::ByteString;

use super::surrogates::without_lone_surrogates;
use crate::error::Error;
use crate::limits::Limits;

pub(crate) use nodes::{Document, Value};

impl Document {
    /// Reads a text, which must be one JSON value and nothing else. Half characters
    /// (`\ud83d` without its other half) are replaced by U+FFFD.
    pub(crate) fn read(text: ByteString, limits: Limits) -> Result<Self, Error> {
        parse::parse(text.clone(), limits).or_else(|broken| match without_lone_surrogates(&text) {
            Some(mended) => parse::parse(mended.into(), limits),
            None => Err(broken),
        })
    }

    /// The same, and half characters are refused.
    pub(crate) fn read_strictly(text: ByteString, limits: Limits) -> Result<Self, Error> {
        parse::parse(text, limits)
    }
}

#[cfg(test)]
mod tests;
