//! Answers for a language that reads JSON faster than it takes values one by one: an object
//! that its model reads as it stands goes over as the server wrote it, any other value by
//! value, through the decoder.

use super::{Document, Node};
use crate::decode::{self, Known, Order};
use crate::envelope::Found;
use crate::json::{Sink, is_number};
use crate::reply::{Decoded, Reply};
use crate::schema::{Field, Kind, Model};

/// A sink that takes JSON text as well.
pub trait TextSink: Sink {
    /// Whether the language reads a whole number exactly.
    fn reads_integer(&self, number: i64) -> bool;
    /// The same for any other number, by its digits.
    fn reads_number(&self, digits: &str) -> bool;
    /// Takes a value as the server wrote it.
    fn written(&mut self, value: Written<'_>) -> Result<Self::Value, Self::Error>;
}

/// A value as the server wrote it.
#[derive(Debug)]
pub struct Written<'d> {
    /// JSON; of an object, from its first brace to its last.
    pub text: &'d str,
    /// Members that an object has to get in addition, by name and as JSON: fields that are
    /// empty in it and whose sibling holds their value.
    pub added: Vec<(&'static str, &'d str)>,
}

impl Reply {
    /// Like [`Reply::decode_rows`], for a sink that takes text.
    pub fn write<S: TextSink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        let document = &self.document;
        Ok(match &self.found {
            Found::Nothing => Decoded::Nothing,
            Found::One(model, place) => Decoded::One(document.write(place.0, model, sink)?),
            Found::Rows(model, place, facts) => {
                let kept = document.items(place.0).enumerate().filter(|(at, _)| keep(*at));
                let rows = kept.map(|(_, row)| document.write(row, model, sink));
                Decoded::Rows(rows.collect::<Result<_, _>>()?, facts.clone())
            }
            Found::Any(place) if place.0 == Document::ROOT && document.is_exact(0, sink) => {
                let text = document.text.trim();
                Decoded::One(sink.written(Written { text, added: Vec::new() })?)
            }
            Found::Any(_) => Decoded::One(document.whole(sink)?),
        })
    }
}

impl Document {
    fn write<S: TextSink>(
        &self,
        place: usize,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        match self.as_written(place, model, sink) {
            Some(written) => sink.written(written),
            None => decode::object(self, place, model, sink),
        }
    }

    /// The object at a place, where the decoder would change nothing of it but add members.
    fn as_written<S: TextSink>(
        &self,
        place: usize,
        model: &'static Model,
        sink: &S,
    ) -> Option<Written<'_>> {
        let mut order = Order::take();
        let written = self.as_written_in(&mut order, place, model, sink);
        order.keep();
        written
    }

    fn as_written_in<S: TextSink>(
        &self,
        order: &mut Order,
        place: usize,
        model: &'static Model,
        sink: &S,
    ) -> Option<Written<'_>> {
        order.start(model);
        let mut filled = 0_u128;
        let mut siblings = Vec::with_capacity(8);
        let mut last = None;
        for (nth, name) in self.names(place).enumerate() {
            let member = name + 1;
            last = Some(member);
            let known = order.field(model, nth, self.bytes(name));
            let stays = |known: Known| known.plain || self.stays(member, known.field);
            if !known.is_none_or(stays) || !self.is_exact(member, sink) {
                return None;
            }
            if self.is_null(member) {
                continue;
            }
            let sibling = match known {
                Some(Known { position, sibling, .. }) => {
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
            if !self.stays(member, field) {
                return None;
            }
            let Some(Node::Plain((start, end))) = self.nodes.get(member) else { return None };
            // With its quotes.
            added.push((field.name, self.text.get(*start as usize - 1..*end as usize + 1)?));
        }
        Some(Written { text: self.source(place, last?)?, added })
    }

    /// Whether a field is read as it stands: the decoder's rules, seen from the other side.
    fn stays(&self, place: usize, field: &Field) -> bool {
        let Some(node) = self.nodes.get(place) else { return false };
        let text = match node {
            Node::Plain(span) => Some(super::part(&self.text, *span)),
            Node::Escaped(span) => Some(super::part(&self.aside, *span)),
            _ => None,
        };
        match (field.kind, node, text) {
            (Kind::Model(_), Node::Object(_), _) | (Kind::Models(_), Node::List(_), _) => false,
            (Kind::Enum(words), _, Some(word)) => words.meant(word).is_none(),
            (Kind::Number | Kind::Integer, _, Some(text)) => !is_number(text),
            (Kind::Map, Node::Null, _) => !field.null_is_empty,
            (Kind::Map, Node::List(end), _) => *end as usize > place + 1,
            (Kind::Map, _, Some(text)) => !text.trim_start().starts_with('{'),
            _ => true,
        }
    }

    /// Whether the language reads each number in a value exactly.
    fn is_exact<S: TextSink>(&self, place: usize, sink: &S) -> bool {
        let exact = |node: &Node| match node {
            Node::Integer(number) => sink.reads_integer((*number).into()),
            Node::Number(span) => sink.reads_number(super::part(&self.aside, *span)),
            _ => true,
        };
        match self.nodes.get(place) {
            Some(Node::List(end) | Node::Object(end)) => {
                self.nodes.get(place..*end as usize).is_none_or(|within| within.iter().all(exact))
            }
            one => one.is_none_or(exact),
        }
    }

    /// The text of an object, from brace to brace; `last` is where its last value stands.
    fn source(&self, object: usize, last: usize) -> Option<&str> {
        let bytes = self.text.as_bytes();
        let Some(Node::Plain((key, _))) = self.nodes.get(object + 1) else { return None };
        let before = bytes.get(..*key as usize - 1)?;
        let start = before.iter().rposition(|byte| !byte.is_ascii_whitespace())?;
        let known = [last, last - 1].into_iter().find_map(|place| match self.nodes.get(place) {
            Some(Node::Plain((_, end))) => Some(*end as usize + 1),
            _ => None,
        })?;
        let end = known + closing(bytes.get(known..)?)?;
        self.text.get(start..=end).filter(|text| text.starts_with('{') && text.ends_with('}'))
    }
}

/// Where the object or list ends that was open before this text.
fn closing(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => loop {
                match bytes.next()?.1 {
                    b'\\' => drop(bytes.next()),
                    b'"' => break,
                    _ => {}
                }
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// One bit per field; nothing where a model has too many for that.
fn bit(position: usize) -> Option<u128> {
    1_u128.checked_shl(u32::try_from(position).ok()?)
}

#[cfg(test)]
mod tests;
