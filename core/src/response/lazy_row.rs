//! A lazy row: an object of a response whose fields are decoded on access. Most fields of a page
//! are never read, and making a language's objects is the largest cost of a list.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use super::Content;
use super::decode::{self, NOWHERE};
use super::field_cache::MatchedField;
use super::{Decoded, Response};
use crate::json::document::{Document, Value};
use crate::json::{self, Sink, Values};
use crate::table::{Field, Model};

/// This many fields are found one by one, before the positions of all are stored.
const MAX_SINGLE_LOOKUPS: u8 = 4;

/// When this many rows of a page had many reads, the others are expected to have as many.
const MANY_ROWS: u8 = 2;

/// A sink that takes lazy rows.
pub trait LazyRowSink: Sink {
    /// Takes an object of a model.
    fn row(&mut self, row: LazyRow) -> Result<Self::Value, Self::Error>;
}

/// An object of a model whose fields are not decoded yet. It keeps only its part of the response.
#[derive(Debug)]
pub struct LazyRow {
    document: Document,
    model: &'static Model,
    /// How many fields were found one by one.
    single_lookups: AtomicU8,
    /// How many rows of the page had many reads, counted up to [`MANY_ROWS`].
    rows_with_many: Arc<AtomicU8>,
    /// See [`decode::places`].
    places: OnceLock<Box<[u32]>>,
}

impl LazyRow {
    fn new(
        document: &Document,
        place: usize,
        model: &'static Model,
        rows_with_many: &Arc<AtomicU8>,
    ) -> Self {
        Self {
            document: document.part(place),
            model,
            single_lookups: AtomicU8::new(0),
            rows_with_many: Arc::clone(rows_with_many),
            places: OnceLock::new(),
        }
    }

    /// The model of the object.
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// Whether most fields will probably be read: several of this row were read one by one, or
    /// several of other rows of its page.
    pub fn has_many_reads(&self) -> bool {
        self.rows_with_many.load(Ordering::Relaxed) >= MANY_ROWS
            || self.single_lookups.load(Ordering::Relaxed) >= MAX_SINGLE_LOOKUPS
    }

    /// Reads the field at a position, as [`LazyRow::decode`] would. Returns `None` if it was not
    /// sent.
    pub fn field<S: Sink>(
        &self,
        position: usize,
        sink: &mut S,
    ) -> Result<Option<S::Value>, S::Error> {
        let Some(field) = self.model.fields.get(position) else { return Ok(None) };
        let place = match self.find_single(field) {
            Some(place) => place,
            None => self.place(position),
        };
        match place {
            Some(place) => {
                decode::field(&self.document, Document::ROOT, place, field, sink).map(Some)
            }
            None => Ok(None),
        }
    }

    /// The position of the value of one of the first few fields. Returns `None` if all members must
    /// be read to find it.
    fn find_single(&self, field: &'static Field) -> Option<Option<usize>> {
        if self.has_many_reads() {
            return None;
        }
        if self.single_lookups.fetch_add(1, Ordering::Relaxed) + 1 == MAX_SINGLE_LOOKUPS {
            self.rows_with_many.fetch_add(1, Ordering::Relaxed);
        }
        self.final_place(field)
    }

    /// The position of the value of a field. Returns `None` if another member may have the value.
    fn final_place(&self, field: &'static Field) -> Option<Option<usize>> {
        let own = self.document.member(Document::ROOT, field.name);
        // The value is final if it is not null, or if no other member can replace it.
        let is_final = own.is_some_and(|place| !self.document.is_null(place))
            || (field.mirrors.is_none() && field.aliases.is_empty());
        is_final.then_some(own)
    }

    fn place(&self, position: usize) -> Option<usize> {
        let all = || decode::places(&self.document, Document::ROOT, self.model);
        let places = self.places.get_or_init(all);
        places.get(position).copied().filter(|place| *place != NOWHERE).map(|place| place as usize)
    }

    /// Reads the field with a name. Returns `None` if it was not sent.
    pub(crate) fn value(&self, name: &str) -> Option<json::Value> {
        let position = self.model.position(name)?;
        let known = MatchedField::alone(position, self.model)?;
        let place = self.final_place(known.field).unwrap_or_else(|| self.place(position))?;
        match self.document.at(place) {
            Value::Text(text) if known.plain => Some(text.into()),
            _ => {
                let root = Document::ROOT;
                decode::field(&self.document, root, place, known.field, &mut Values).ok()
            }
        }
    }

    /// Reads the field with a name, if it is a string.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            json::Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Appends the object as the server sent it, as compact JSON.
    pub(crate) fn write_json(&self, json: &mut Vec<u8>) {
        self.document.write_json(Document::ROOT, json);
    }

    /// Decodes all fields.
    pub fn decode<S: Sink>(&self, sink: &mut S) -> Result<S::Value, S::Error> {
        decode::object(&self.document, Document::ROOT, self.model, sink)
    }
}

impl Response {
    /// The rows of a page, in order; `None` for one that is not an object.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Option<LazyRow>> {
        let document = &self.document;
        let many = Arc::default();
        let page = match &self.content {
            Content::Rows(model, list, _) => Some((*model, list.0)),
            _ => None,
        };
        page.into_iter().flat_map(move |(model, list)| {
            let many = Arc::clone(&many);
            document.items(list).map(move |place| {
                let is_object = document.at(place) == Value::Object;
                is_object.then(|| LazyRow::new(document, place, model, &many))
            })
        })
    }

    /// Like [`Response::decode_rows`], for a sink that takes lazy rows.
    pub fn lazy_rows<S: LazyRowSink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        let document = &self.document;
        let many = Arc::default();
        let row = |sink: &mut S, place, model| match document.at(place) {
            Value::Object => sink.row(LazyRow::new(document, place, model, &many)),
            other => document.emit(place, other, sink),
        };
        self.build(sink, keep, row, |sink| document.whole(sink))
    }
}
