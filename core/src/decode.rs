//! The schema decoder that every language uses: walks an answer field by field, evens out
//! what the generations write differently, and hands the values to the language's
//! [`Sink`]. What was evened out is kept as it came ([`Key::Originals`]).

mod order;

use std::convert::Infallible;

use crate::config::Limits;
use crate::document::{Document, Value};
use crate::error::Error;
use crate::json::{Key, Sink, emit_number, is_number};
use crate::schema::{Field, Kind, Model};

pub(crate) use order::{Known, Order};

/// The most fields a model of the table may have; a test of the generator holds it.
const MOST_FIELDS: usize = 128;

/// Reads one object of a model.
pub(crate) fn object<S: Sink>(
    document: &Document,
    place: usize,
    model: &'static Model,
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    with_order(document, |decoder| decoder.row(place, model, sink))
}

/// Reads a list of objects of a model, keeping the rows that `keep` says by position.
pub(crate) fn rows<S: Sink>(
    document: &Document,
    list: usize,
    model: &'static Model,
    sink: &mut S,
    keep: impl Fn(usize) -> bool,
) -> Result<Vec<S::Value>, S::Error> {
    let kept = document.items(list).enumerate().filter(|(position, _)| keep(*position));
    with_order(document, |decoder| kept.map(|(_, row)| decoder.row(row, model, sink)).collect())
}

/// Decodes with what this thread remembers of the objects before.
fn with_order<T>(document: &Document, decode: impl FnOnce(&mut Decoder<'_>) -> T) -> T {
    // A sink that decodes meanwhile starts with nothing, and what is last counts.
    let mut decoder = Decoder { document, order: Order::take() };
    let decoded = decode(&mut decoder);
    decoder.order.keep();
    decoded
}

/// Where each field of an object takes its value from, by position; nothing for a field
/// that was not sent and whose sibling does not stand in for it.
pub(crate) fn places(document: &Document, object: usize, model: &'static Model) -> Box<[u32]> {
    let mut places = vec![NOWHERE; model.fields.len()];
    let Ok(()) = with_order(document, |decoder| {
        decoder.members(object, model, |_, member, place| {
            if let Member::Field(known) = member
                && let Some(from) = places.get_mut(known.position)
            {
                // Fewer nodes than bytes of text.
                *from = place as u32;
            }
            Ok::<_, Infallible>(())
        })
    });
    places.into()
}

/// No member stands where the whole does.
pub(crate) const NOWHERE: u32 = Document::ROOT as u32;

/// Reads the value of one field.
pub(crate) fn field<S: Sink>(
    document: &Document,
    place: usize,
    field: &'static Field,
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    let mut decoder = Decoder { document, order: Order::default() };
    decoder.field(place, document.at(place), field, &mut Vec::new(), sink)
}

struct Decoder<'d> {
    document: &'d Document,
    order: Order,
}

/// What a member of an object is to its model.
enum Member<'d> {
    Field(Known),
    /// The schema does not know it.
    Extra(&'d str),
}

/// Values that were read as something else: the field, and where the value stands.
type Originals = Vec<(&'static str, usize)>;

impl<'d> Decoder<'d> {
    fn row<S: Sink>(
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
        place: usize,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let mut object = sink.begin_object(Some(model))?;
        let mut originals = Originals::new();
        self.members(place, model, |decoder, member, place| {
            let value = decoder.document.at(place);
            let read = match member {
                Member::Extra(name) => {
                    sink.key(&mut object, Key::Extra(name))?;
                    decoder.document.emit(place, value, sink)?
                }
                Member::Field(Known { position, field, plain, .. }) => {
                    sink.key(&mut object, Key::Field(position, field))?;
                    match plain {
                        true => decoder.document.emit(place, value, sink)?,
                        false => decoder.field(place, value, field, &mut originals, sink)?,
                    }
                }
            };
            sink.value(&mut object, read)
        })?;
        self.originals(&originals, &mut object, sink)?;
        sink.end_object(object)
    }

    /// Takes each member of an object as its model says, and where its value stands. A field
    /// that stayed empty comes once more, after all, where a sibling stands in for it.
    #[inline]
    fn members<E>(
        &mut self,
        object: usize,
        model: &'static Model,
        mut take: impl FnMut(&mut Self, Member<'d>, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let document = self.document;
        // Fields with a value other than null, by position.
        let mut filled = [false; MOST_FIELDS];
        let mut siblings = Vec::new();
        self.order.start(model);
        for (nth, name) in document.names(object).enumerate() {
            let (known, place) = (self.order.field(model, nth, document.bytes(name)), name + 1);
            match known {
                Some(known) => {
                    take(self, Member::Field(known), place)?;
                    // The field may have held an object of another model.
                    self.order.start(model);
                }
                None => take(self, Member::Extra(document.text(name)), place)?,
            }
            if document.is_null(place) {
                continue;
            }
            let sibling = match known {
                Some(Known { position, sibling, .. }) => {
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
            if let (Some(filled), Some(known)) = (empty, Known::alone(position, model)) {
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

    fn field<S: Sink>(
        &mut self,
        place: usize,
        value: Value<'_>,
        field: &'static Field,
        originals: &mut Originals,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let mut evened_out = || originals.push((field.name, place));
        match (field.kind, value) {
            (Kind::Model(model), Value::Object) => self.model(place, model, sink),
            (Kind::Models(model), Value::List) => {
                let mut list = sink.begin_list()?;
                for item in self.document.items(place) {
                    sink.before_item(&mut list)?;
                    let value = self.row(item, model, sink)?;
                    sink.item(&mut list, value)?;
                }
                sink.end_list(list)
            }
            (Kind::Enum(words), Value::Text(word)) => match words.meant(word) {
                Some(meant) => {
                    evened_out();
                    sink.text(&meant)
                }
                None => sink.text(word),
            },
            (Kind::Number | Kind::Integer, Value::Text(text)) if is_number(text) => {
                evened_out();
                emit_number(text, sink)
            }
            (Kind::Map, value) => match self.map(place, value, field) {
                Some(map) => {
                    evened_out();
                    map.whole(sink)
                }
                None => self.document.emit(place, value, sink),
            },
            _ => self.document.emit(place, value, sink),
        }
    }

    /// PHP servers write an empty object as `[]`, and some columns come as JSON in a text.
    fn map(&self, place: usize, value: Value<'_>, field: &Field) -> Option<Document> {
        let text = match value {
            Value::Null if field.null_is_empty => "{}",
            Value::List if self.document.items(place).next().is_none() => "{}",
            Value::Text(text) if text.trim_start().starts_with('{') => text,
            _ => return None,
        };
        Document::read(text.into(), Limits::default()).ok()
    }
}

/// What decoding raises when the sink cannot be blamed.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
