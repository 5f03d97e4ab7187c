//! The schema decoder that every language uses: walks an answer field by field, evens out
//! what the generations write differently, and hands the values to the language's
//! [`Sink`]. What was evened out is kept as it came ([`Key::Originals`]).

mod order;

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

struct Decoder<'d> {
    document: &'d Document,
    order: Order,
}

/// What one object has shown of its fields so far.
struct Seen {
    /// Fields with a value other than null, by position.
    filled: [bool; MOST_FIELDS],
    /// Values that also belong to another field: where they stand, and for which field.
    mirrored: Vec<(usize, usize)>,
    /// Values that were read as something else.
    originals: Vec<(&'static str, usize)>,
}

impl Seen {
    fn new() -> Self {
        Self { filled: [false; MOST_FIELDS], mirrored: Vec::new(), originals: Vec::new() }
    }
}

impl Decoder<'_> {
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
        let document = self.document;
        let mut seen = Seen::new();
        let mut object = sink.begin_object(Some(model))?;
        self.order.start(model);
        for (nth, (name, member)) in document.members(place).enumerate() {
            let value = document.at(member);
            let Some(Known { position, field, plain }) = self.order.field(model, nth, name) else {
                sink.key(&mut object, Key::Extra(name))?;
                let read = document.emit(member, value, sink)?;
                sink.value(&mut object, read)?;
                if !matches!(value, Value::Null)
                    && let Some(target) = model.aliased(name)
                {
                    seen.mirrored.push((target, member));
                }
                continue;
            };
            sink.key(&mut object, Key::Field(position, field))?;
            let read = match plain {
                true => document.emit(member, value, sink)?,
                false => {
                    let read = self.field(member, value, field, &mut seen, sink)?;
                    // The field may have held an object of another model.
                    self.order.start(model);
                    read
                }
            };
            sink.value(&mut object, read)?;
            if !matches!(value, Value::Null) {
                if let Some(filled) = seen.filled.get_mut(position) {
                    *filled = true;
                }
                if let Some(target) = field.mirrors.and_then(|sibling| model.position(sibling)) {
                    seen.mirrored.push((target, member));
                }
            }
        }
        self.mirrors(model, &mut seen, &mut object, sink)?;
        self.originals(&seen, &mut object, sink)?;
        sink.end_object(object)
    }

    /// Gives each field that is empty the value of the sibling that stands for it, read
    /// as that field reads it.
    fn mirrors<S: Sink>(
        &mut self,
        model: &'static Model,
        seen: &mut Seen,
        object: &mut S::Object,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        for (target, member) in std::mem::take(&mut seen.mirrored) {
            let Some(field) = model.fields.get(target) else { continue };
            let Some(filled) = seen.filled.get_mut(target) else { continue };
            if std::mem::replace(filled, true) {
                continue;
            }
            sink.key(object, Key::Field(target, field))?;
            let value = self.field(member, self.document.at(member), field, seen, sink)?;
            sink.value(object, value)?;
        }
        Ok(())
    }

    fn originals<S: Sink>(
        &mut self,
        seen: &Seen,
        object: &mut S::Object,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        if seen.originals.is_empty() {
            return Ok(());
        }
        sink.key(object, Key::Originals)?;
        let mut kept = sink.begin_object(None)?;
        for (name, member) in &seen.originals {
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
        seen: &mut Seen,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let mut evened_out = || seen.originals.push((field.name, place));
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
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
