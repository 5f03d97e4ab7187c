//! Responses for a language that reads JSON faster than it takes values one by one: an object
//! whose values are all read as written goes over as the server wrote it, any other value by
//! value, through the decoder.

use super::decode;
use super::field_cache::{FieldCache, MatchedField};
use super::normalize::{Reading, reading};
use super::{Decoded, Response};
use crate::json::Sink;
use crate::json::document::Document;
use crate::table::{Field, Model};

/// A sink that takes JSON text as well.
pub trait RawJsonSink: Sink {
    /// Whether the language reads a whole number exactly.
    fn reads_integer(&self, number: i64) -> bool;
    /// The same for any other number, by its digits.
    fn reads_number(&self, digits: &str) -> bool;
    /// Takes a value as the server wrote it.
    fn raw_json(&mut self, value: RawJson<'_>) -> Result<Self::Value, Self::Error>;
}

/// A value as the server wrote it.
#[derive(Debug)]
pub struct RawJson<'d> {
    /// JSON; of an object, from its first brace to its last.
    pub text: &'d str,
    /// Members that an object has to get in addition, by name and as JSON: fields that are
    /// empty in it and whose sibling holds their value.
    pub added: Vec<(&'static str, &'d str)>,
}

impl Response {
    /// Like [`Response::decode_rows`], for a sink that takes text.
    pub fn write<S: RawJsonSink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        let document = &self.document;
        let row = |sink: &mut S, place, model| document.write(place, model, sink);
        self.build(sink, keep, row, |sink| match is_exact(document, Document::ROOT, sink) {
            true => sink.raw_json(RawJson { text: document.source(), added: Vec::new() }),
            false => document.whole(sink),
        })
    }
}

impl Document {
    fn write<S: RawJsonSink>(
        &self,
        place: usize,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        match self.as_written(place, model, sink) {
            Some(written) => sink.raw_json(written),
            None => decode::object(self, place, model, sink),
        }
    }

    /// The object at a place, where the decoder would change nothing of it but add members.
    fn as_written<S: RawJsonSink>(
        &self,
        place: usize,
        model: &'static Model,
        sink: &S,
    ) -> Option<RawJson<'_>> {
        let mut order = FieldCache::take();
        let written = self.as_written_in(&mut order, place, model, sink);
        order.keep();
        written
    }

    fn as_written_in<S: RawJsonSink>(
        &self,
        order: &mut FieldCache,
        place: usize,
        model: &'static Model,
        sink: &S,
    ) -> Option<RawJson<'_>> {
        order.start(model);
        let mut filled = 0_u128;
        let mut siblings = Vec::with_capacity(8);
        let mut last = None;
        for (nth, name) in self.names(place).enumerate() {
            let member = name + 1;
            last = Some(member);
            let known = order.field(model, nth, self.bytes(name));
            let unchanged =
                |known: MatchedField| known.plain || self.is_as_written(member, known.field);
            if !known.is_none_or(unchanged) || !is_exact(self, member, sink) {
                return None;
            }
            if self.is_null(member) {
                continue;
            }
            let sibling = match known {
                Some(MatchedField { position, sibling, .. }) => {
                    filled |= bit(position)?;
                    sibling
                }
                None => model.aliased(self.text(name)),
            };
            if let Some(sibling) = sibling {
                siblings.push((sibling, member));
            }
        }
        let mut added = Vec::with_capacity(siblings.len());
        for (target, member) in siblings {
            let already = filled & bit(target)? != 0;
            let field = model.fields.get(target).filter(|_| !already);
            let Some(field) = field else { continue };
            filled |= bit(target)?;
            if !self.is_as_written(member, field) {
                return None;
            }
            added.push((field.name, self.quoted(member)?));
        }
        Some(RawJson { text: self.source_of(place, last?)?, added })
    }

    /// Whether a field is read as the server wrote it.
    fn is_as_written(&self, place: usize, field: &'static Field) -> bool {
        matches!(reading(self, place, self.at(place), field), Reading::AsWritten)
    }
}

/// Whether a language reads each number in a value exactly.
fn is_exact<S: RawJsonSink>(document: &Document, place: usize, sink: &S) -> bool {
    document.is_exact(
        place,
        |number| sink.reads_integer(number),
        |digits| sink.reads_number(digits),
    )
}

/// One bit per field; nothing where a model has too many for that.
fn bit(position: usize) -> Option<u128> {
    1_u128.checked_shl(u32::try_from(position).ok()?)
}

#[cfg(test)]
mod tests;
