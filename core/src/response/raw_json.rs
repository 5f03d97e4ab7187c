//! Raw JSON for a language that parses JSON faster than it takes values one by one. An object that
//! needs no conversion is passed as the server sent it; any other is decoded.

use super::decode;
use super::field_cache::{FieldCache, MatchedField};
use super::normalize::{Conversion, conversion};
use super::{Decoded, Response};
use crate::json::Sink;
use crate::json::document::Document;
use crate::table::{Field, Model};

/// A sink that also takes raw JSON.
pub trait RawJsonSink: Sink {
    /// Whether the language reads a whole number exactly.
    fn reads_integer(&self, number: i64) -> bool;
    /// Whether the language reads any other number exactly.
    fn reads_number(&self, digits: &str) -> bool;
    /// Takes a value as the server sent it.
    fn raw_json(&mut self, value: RawJson<'_>) -> Result<Self::Value, Self::Error>;
}

/// A value as the server sent it.
#[derive(Debug)]
pub struct RawJson<'d> {
    /// The JSON of the value.
    pub text: &'d str,
    /// Members to add to an object, by name and as JSON: fields without a value whose sibling has
    /// one.
    pub added: Vec<(&'static str, &'d str)>,
}

impl Response {
    /// Like [`Response::decode_rows`], for a sink that takes raw JSON.
    pub fn raw_json<S: RawJsonSink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        let document = &self.document;
        let row = |sink: &mut S, place, model| document.raw_or_decoded(place, model, sink);
        self.build(sink, keep, row, |sink| match is_exact(document, Document::ROOT, sink) {
            true => sink.raw_json(RawJson { text: document.source(), added: Vec::new() }),
            false => document.whole(sink),
        })
    }
}

impl Document {
    fn raw_or_decoded<S: RawJsonSink>(
        &self,
        place: usize,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        match self.unchanged_object(place, model, sink) {
            Some(raw) => sink.raw_json(raw),
            None => decode::object(self, place, model, sink),
        }
    }

    /// The raw JSON of an object. Returns `None` if the decoder would change it, other than by
    /// adding members.
    fn unchanged_object<S: RawJsonSink>(
        &self,
        place: usize,
        model: &'static Model,
        sink: &S,
    ) -> Option<RawJson<'_>> {
        let mut cache = FieldCache::take();
        let raw = self.unchanged_with(&mut cache, place, model, sink);
        cache.keep();
        raw
    }

    fn unchanged_with<S: RawJsonSink>(
        &self,
        cache: &mut FieldCache,
        place: usize,
        model: &'static Model,
        sink: &S,
    ) -> Option<RawJson<'_>> {
        cache.start(model);
        let mut filled = 0_u128;
        let mut siblings = Vec::with_capacity(8);
        let mut last = None;
        for (nth, name) in self.names(place).enumerate() {
            let member = name + 1;
            last = Some(member);
            let known = cache.field(model, nth, self.bytes(name));
            let unchanged =
                |known: MatchedField| known.plain || self.is_unchanged(place, member, known.field);
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
            if !self.is_unchanged(place, member, field) {
                return None;
            }
            added.push((field.name, self.quoted(member)?));
        }
        Some(RawJson { text: self.source_of(place, last?)?, added })
    }

    /// Whether a field of an object needs no conversion.
    fn is_unchanged(&self, object: usize, place: usize, field: &'static Field) -> bool {
        matches!(conversion(self, object, place, self.at(place), field), Conversion::Unchanged)
    }
}

/// Whether the language reads every number in a value exactly.
fn is_exact<S: RawJsonSink>(document: &Document, place: usize, sink: &S) -> bool {
    document.is_exact(
        place,
        |number| sink.reads_integer(number),
        |digits| sink.reads_number(digits),
    )
}

/// The bit of a field; `None` if the model has too many fields.
fn bit(position: usize) -> Option<u128> {
    1_u128.checked_shl(u32::try_from(position).ok()?)
}

#[cfg(test)]
mod tests;
