//! The schema decoder that every language uses: it walks a response field by field, normalizes what
//! versions of the API write differently, and passes the values to the language's [`Sink`]. The
//! unchanged values of normalized fields are passed too ([`Key::Originals`]).

use std::convert::Infallible;

use super::field_cache::{FieldCache, MatchedField};
use super::normalize::{Conversion, conversion};
use crate::error::Error;
use crate::json::document::{Document, Value};
use crate::json::{Key, Sink, emit_number};
use crate::limits::Limits;
use crate::table::{Field, Model};

/// The most fields that a model of the table may have; a test of the generator checks it.
pub(crate) const MAX_FIELDS: usize = 128;

/// Reads one object of a model.
pub(crate) fn object<S: Sink>(
    document: &Document,
    place: usize,
    model: &'static Model,
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    with_decoder(document, |decoder| decoder.row(place, model, sink))
}

/// Decodes with the field cache of this thread.
pub(crate) fn with_decoder<'d, T>(
    document: &'d Document,
    decode: impl FnOnce(&mut Decoder<'d>) -> T,
) -> T {
    // A sink that itself decodes meanwhile gets an empty cache; the cache that ends last is kept.
    let mut decoder = Decoder { document, cache: FieldCache::take() };
    let decoded = decode(&mut decoder);
    decoder.cache.keep();
    decoded
}

/// The node of each field's value, by the field's position; [`NOWHERE`] for a field that was not
/// sent and has no sibling with a value.
pub(crate) fn places(document: &Document, object: usize, model: &'static Model) -> Box<[u32]> {
    let mut places = vec![NOWHERE; model.fields.len()];
    let Ok(()) = with_decoder(document, |decoder| {
        decoder.members(object, model, |_, member, place| {
            if let Member::Field(known) = member
                && let Some(from) = places.get_mut(known.position)
            {
                // Fits: there are fewer nodes than bytes, and a document has less than four
                // gibibytes.
                *from = place as u32;
            }
            Ok::<_, Infallible>(())
        })
    });
    places.into()
}

/// The node of no member: the root is the whole document.
pub(crate) const NOWHERE: u32 = Document::ROOT as u32;

/// Reads the value of one field of an object.
pub(crate) fn field<S: Sink>(
    document: &Document,
    object: usize,
    place: usize,
    field: &'static Field,
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    let mut decoder = Decoder { document, cache: FieldCache::default() };
    decoder.field((object, place), document.at(place), field, &mut Vec::new(), sink)
}

/// Walks the objects of one document.
pub(crate) struct Decoder<'d> {
    document: &'d Document,
    cache: FieldCache,
}

/// A member of an object: a field of its model, or not.
pub(crate) enum Member<'d> {
    Field(MatchedField),
    /// A name that the schema does not list.
    Extra(&'d str),
}

/// Converted values: the field's name and the node of the unchanged value.
type Originals = Vec<(&'static str, usize)>;

impl<'d> Decoder<'d> {
    pub(crate) fn document(&self) -> &'d Document {
        self.document
    }

    pub(crate) fn row<S: Sink>(
        &mut self,
        place: usize,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        match self.document.at(place) {
            Value::Object => self.model(place, model, sink),
            other => self.document.emit(place, other, sink),
        }
    }

    fn model<S: Sink>(
        &mut self,
        parent: usize,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let mut object = sink.begin_object(Some(model))?;
        let mut originals = Originals::new();
        self.members(parent, model, |decoder, member, place| {
            let value = decoder.document.at(place);
            let read = match member {
                Member::Extra(name) => {
                    sink.key(&mut object, Key::Extra(name))?;
                    decoder.document.emit(place, value, sink)?
                }
                Member::Field(MatchedField { position, field, plain, .. }) => {
                    sink.key(&mut object, Key::Field(position, field))?;
                    match plain {
                        true => decoder.document.emit(place, value, sink)?,
                        false => {
                            decoder.field((parent, place), value, field, &mut originals, sink)?
                        }
                    }
                }
            };
            sink.value(&mut object, read)
        })?;
        self.originals(&originals, &mut object, sink)?;
        sink.end_object(object)
    }

    /// Calls `take` for each member of an object with the node of its value. A field without a
    /// value is passed once more at the end if its sibling has one.
    #[inline]
    pub(crate) fn members<E>(
        &mut self,
        object: usize,
        model: &'static Model,
        mut take: impl FnMut(&mut Self, Member<'d>, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let document = self.document;
        // Fields with a value other than null, by position.
        let mut filled = [false; MAX_FIELDS];
        let mut siblings = Vec::new();
        self.cache.start(model);
        for (nth, name) in document.names(object).enumerate() {
            let (known, place) = (self.cache.field(model, nth, document.bytes(name)), name + 1);
            match known {
                Some(known) => {
                    take(self, Member::Field(known), place)?;
                    // The value may have been an object of another model, which uses the same
                    // cache.
                    self.cache.start(model);
                }
                None => take(self, Member::Extra(document.text(name)), place)?,
            }
            if document.is_null(place) {
                continue;
            }
            let sibling = match known {
                Some(MatchedField { position, sibling, .. }) => {
                    if let Some(filled) = filled.get_mut(position) {
                        *filled = true;
                    }
                    sibling
                }
                None => model.aliased(document.text(name)),
            };
            if let Some(sibling) = sibling {
                siblings.push((sibling, place));
            }
        }
        for (position, place) in siblings {
            let empty = filled.get_mut(position).filter(|filled| !**filled);
            if let (Some(filled), Some(known)) = (empty, MatchedField::alone(position, model)) {
                *filled = true;
                take(self, Member::Field(known), place)?;
            }
        }
        Ok(())
    }

    fn originals<S: Sink>(
        &mut self,
        originals: &Originals,
        object: &mut S::Object,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        if originals.is_empty() {
            return Ok(());
        }
        sink.key(object, Key::Originals)?;
        let mut kept = sink.begin_object(None)?;
        for (name, member) in originals {
            sink.key(&mut kept, Key::Extra(name))?;
            let value = self.document.emit(*member, self.document.at(*member), sink)?;
            sink.value(&mut kept, value)?;
        }
        let kept = sink.end_object(kept)?;
        sink.value(object, kept)
    }

    /// Reads the value of a field, given the nodes of its object and of the value.
    fn field<S: Sink>(
        &mut self,
        (object, place): (usize, usize),
        value: Value<'_>,
        field: &'static Field,
        originals: &mut Originals,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let conversion = conversion(self.document, object, place, value, field);
        if matches!(conversion, Conversion::Word(_) | Conversion::Number(_)) {
            originals.push((field.name, place));
        }
        match conversion {
            Conversion::Unchanged => self.document.emit(place, value, sink),
            Conversion::Object(model) => self.model(place, model, sink),
            Conversion::Objects(model) => {
                let mut list = sink.begin_list()?;
                for item in self.document.items(place) {
                    sink.before_item(&mut list)?;
                    let value = self.row(item, model, sink)?;
                    sink.item(&mut list, value)?;
                }
                sink.end_list(list)
            }
            Conversion::Word(word) => sink.text(&word),
            Conversion::Number(digits) => emit_number(digits, sink),
            Conversion::Map(text) => match Document::read(text.into(), Limits::default()) {
                Ok(map) => {
                    originals.push((field.name, place));
                    map.whole(sink)
                }
                Err(_) => self.document.emit(place, value, sink),
            },
        }
    }
}

/// The error of a sink that cannot fail.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
