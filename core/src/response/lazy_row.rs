//! One object of a response whose fields are read when they are asked for. Most of a page is
//! never read, and a language's objects cost more than all the rest.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::decode::{self, NOWHERE};
use super::{Decoded, Response};
use crate::json::Sink;
use crate::json::document::{Document, Value};
use crate::table::{Field, Model};

/// So many fields are looked for one by one, before the places of all are noted.
const FEW: u8 = 4;

/// A sink that takes objects before their fields are read.
pub trait LazyRowSink: Sink {
    /// Takes an object of a model.
    fn row(&mut self, row: LazyRow) -> Result<Self::Value, Self::Error>;
}

/// An object of a model, not yet read. It keeps its own part of the answer and no more.
#[derive(Debug)]
pub struct LazyRow {
    document: Document,
    model: &'static Model,
    /// How many fields were looked for.
    looked: AtomicU8,
    /// See [`decode::places`].
    places: OnceLock<Box<[u32]>>,
}

impl LazyRow {
    fn new(document: &Document, place: usize, model: &'static Model) -> Self {
        Self {
            document: document.part(place),
            model,
            looked: AtomicU8::new(0),
            places: OnceLock::new(),
        }
    }

    /// What it is an object of.
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// Reads the field at a position, as [`LazyRow::decode`] would; nothing where it was not sent.
    pub fn field<S: Sink>(
        &self,
        position: usize,
        sink: &mut S,
    ) -> Result<Option<S::Value>, S::Error> {
        let Some(field) = self.model.fields.get(position) else { return Ok(None) };
        let place = match self.find(field) {
            Some(place) => place,
            None => self.place(position),
        };
        match place {
            Some(place) => decode::field(&self.document, place, field, sink).map(Some),
            None => Ok(None),
        }
    }

    /// Where one of the first few fields has its value; nothing where that takes a look at
    /// all members.
    fn find(&self, field: &'static Field) -> Option<Option<usize>> {
        if self.looked.load(Ordering::Relaxed) >= FEW {
            return None;
        }
        self.looked.fetch_add(1, Ordering::Relaxed);
        let own = self.document.member(Document::ROOT, field.name);
        // A value of its own settles it, and so does having no other.
        let settled = own.is_some_and(|place| !self.document.is_null(place))
            || (field.mirrors.is_none() && field.aliases.is_empty());
        settled.then_some(own)
    }

    fn place(&self, position: usize) -> Option<usize> {
        let look = || decode::places(&self.document, Document::ROOT, self.model);
        let places = self.places.get_or_init(look);
        places.get(position).copied().filter(|place| *place != NOWHERE).map(|place| place as usize)
    }

    /// Reads all of it.
    pub fn decode<S: Sink>(&self, sink: &mut S) -> Result<S::Value, S::Error> {
        decode::object(&self.document, Document::ROOT, self.model, sink)
    }
}

impl Response {
    /// Like [`Response::decode_rows`], for a sink that takes objects unread.
    pub fn defer<S: LazyRowSink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        let document = &self.document;
        let row = |sink: &mut S, place, model| match document.at(place) {
            Value::Object => sink.row(LazyRow::new(document, place, model)),
            other => document.emit(place, other, sink),
        };
        self.build(sink, keep, row, |sink| document.whole(sink))
    }
}
