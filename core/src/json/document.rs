//! The JSON of a response, parsed once into a list of nodes, with limits on depth and values.
//! Envelopes, ids and a language's values are read from the nodes, and the JSON is not parsed
//! again.

mod memory;
mod nodes;
mod parse;
mod plain_end;
mod source;
mod write;

use bytestring::ByteString;

use super::surrogates::without_lone_surrogates;
use crate::error::Error;
use crate::limits::Limits;

pub(crate) use nodes::{Document, Value};
pub(crate) use write::write_string;

impl Document {
    /// Keeps its memory for the next document of this thread.
    pub(crate) fn recycle(self) {
        memory::recycle(self.nodes);
    }

    /// Parses one JSON value. Lone surrogates (`\ud83d` without its other half) are replaced by
    /// U+FFFD.
    pub(crate) fn read(text: ByteString, limits: Limits) -> Result<Self, Error> {
        parse::parse(text.clone(), limits).or_else(|broken| match without_lone_surrogates(&text) {
            Some(mended) => parse::parse(mended.into(), limits),
            None => Err(broken),
        })
    }

    /// Parses one JSON value and refuses lone surrogates.
    pub(crate) fn read_strictly(text: ByteString, limits: Limits) -> Result<Self, Error> {
        parse::parse(text, limits)
    }
}

#[cfg(test)]
mod tests;
