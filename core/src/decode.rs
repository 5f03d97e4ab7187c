//! The schema decoder that every language uses: reads the text of an answer field by
//! field, evens out what the generations write differently, and hands the values to
//! the language's [`Sink`]. What was evened out is kept as it came ([`Key::Originals`]).

use std::ops::Range;

use jiter::Peek;

use crate::config::Limits;
use crate::error::Error;
use crate::json::{Key, Reader, Sink, broken, emit_number, is_number};
use crate::schema::{Field, Kind, Model};

/// The most fields a model of the table may have; a test of the generator holds it.
const MOST_FIELDS: usize = 128;

/// Reads one object of a model.
pub(crate) fn object<S: Sink>(
    text: &str,
    span: Range<usize>,
    model: &'static Model,
    limits: Limits,
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    let text = text.get(span).unwrap_or_default();
    Decoder { reader: Reader::new(text.as_bytes(), limits), text, limits, order: Order::default() }
        .start(model, sink)
}

/// Reads a list of objects of a model, keeping the rows that `keep` says by position.
pub(crate) fn rows<S: Sink>(
    text: &str,
    span: Range<usize>,
    model: &'static Model,
    limits: Limits,
    sink: &mut S,
    keep: impl Fn(usize) -> bool,
) -> Result<Vec<S::Value>, S::Error> {
    let text = text.get(span).unwrap_or_default();
    let mut decoder = Decoder {
        reader: Reader::new(text.as_bytes(), limits),
        text,
        limits,
        order: Order::default(),
    };
    let mut rows = Vec::new();
    let mut next = decoder.reader.jiter.next_array().map_err(broken)?;
    let mut position = 0;
    while let Some(peek) = next {
        if keep(position) {
            rows.push(decoder.model(peek, model, sink)?);
        } else {
            decoder.reader.skip(peek)?;
        }
        position += 1;
        next = decoder.reader.jiter.array_step().map_err(broken)?;
    }
    Ok(rows)
}

/// Reads a value without a schema.
pub(crate) fn any<S: Sink>(
    text: &str,
    span: Range<usize>,
    limits: Limits,
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    let mut reader = Reader::new(text.get(span).unwrap_or_default().as_bytes(), limits);
    let peek = reader.peek()?;
    reader.value(peek, sink)
}

struct Decoder<'t> {
    reader: Reader<'t>,
    text: &'t str,
    limits: Limits,
    order: Order,
}

/// Where the fields of the last object stood in its model. Rows come in the same order,
/// so that looking here finds almost every field with one comparison.
#[derive(Default)]
struct Order {
    model: Option<&'static Model>,
    positions: Vec<Option<usize>>,
}

impl Order {
    /// The position of the field `name`, which is the `nth` of its object.
    fn position(&mut self, model: &'static Model, nth: usize, name: &str) -> Option<usize> {
        if !self.model.is_some_and(|known| std::ptr::eq(known, model)) {
            self.model = Some(model);
            self.positions.clear();
        }
        if let Some(Some(position)) = self.positions.get(nth)
            && model.fields.get(*position).is_some_and(|field| field.name == name)
        {
            return Some(*position);
        }
        let position = model.position(name);
        if nth >= self.positions.len() {
            self.positions.resize(nth + 1, None);
        }
        if let Some(known) = self.positions.get_mut(nth) {
            *known = position;
        }
        position
    }
}

/// What one object has shown of its fields so far.
struct Seen {
    /// Fields with a value other than null, by position.
    filled: [bool; MOST_FIELDS],
    /// Values that also belong to another field: where they stand, and for which field.
    mirrored: Vec<(usize, (usize, usize))>,
    /// Values that were read as something else.
    originals: Vec<(&'static str, (usize, usize))>,
}

impl Seen {
    fn new() -> Self {
        Self { filled: [false; MOST_FIELDS], mirrored: Vec::new(), originals: Vec::new() }
    }
}

impl<'t> Decoder<'t> {
    fn start<S: Sink>(
        &mut self,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let peek = self.reader.peek()?;
        self.model(peek, model, sink)
    }

    fn model<S: Sink>(
        &mut self,
        peek: Peek,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        if peek != Peek::Object {
            return self.reader.value(peek, sink);
        }
        self.reader.descend()?;
        let mut seen = Seen::new();
        let mut object = sink.begin_object(Some(model))?;
        let mut nth = 0;
        let mut key = self.reader.jiter.known_object().map_err(broken)?;
        while let Some(name) = key {
            let position = self.order.position(model, nth, name);
            nth += 1;
            let alias = if position.is_none() { model.aliased(name) } else { None };
            let known = position.and_then(|p| Some((p, model.fields.get(p)?)));
            sink.key(&mut object, known.map_or(Key::Extra(name), |(p, f)| Key::Field(p, f)))?;
            let peek = self.reader.peek()?;
            let start = self.reader.jiter.current_index();
            let value = match known {
                Some((_, field)) => self.field(peek, field, &mut seen, sink)?,
                None => self.reader.value(peek, sink)?,
            };
            sink.value(&mut object, value)?;
            let span = (start, self.reader.jiter.current_index());
            if peek != Peek::Null {
                if let Some(filled) = position.and_then(|p| seen.filled.get_mut(p)) {
                    *filled = true;
                }
                let mirror = known.and_then(|(_, f)| model.position(f.mirrors?));
                if let Some(target) = mirror.or(alias) {
                    seen.mirrored.push((target, span));
                }
            }
            key = self.reader.jiter.next_key().map_err(broken)?;
        }
        self.reader.ascend();
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
        for (target, (start, end)) in std::mem::take(&mut seen.mirrored) {
            let Some(field) = model.fields.get(target) else { continue };
            let Some(filled) = seen.filled.get_mut(target) else { continue };
            if std::mem::replace(filled, true) {
                continue;
            }
            let text = self.text.get(start..end).unwrap_or_default();
            let reader = Reader::new(text.as_bytes(), self.limits);
            let mut sibling =
                Decoder { reader, text, limits: self.limits, order: Order::default() };
            let mut own = Seen::new();
            sink.key(object, Key::Field(target, field))?;
            let peek = sibling.reader.peek()?;
            let value = sibling.field(peek, field, &mut own, sink)?;
            sink.value(object, value)?;
            if !own.originals.is_empty() {
                seen.originals.push((field.name, (start, end)));
            }
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
        for (name, (start, end)) in &seen.originals {
            sink.key(&mut kept, Key::Extra(name))?;
            let value = any(self.text, *start..*end, self.limits, sink)?;
            sink.value(&mut kept, value)?;
        }
        let kept = sink.end_object(kept)?;
        sink.value(object, kept)
    }

    fn field<S: Sink>(
        &mut self,
        peek: Peek,
        field: &'static Field,
        seen: &mut Seen,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        match (field.kind, peek) {
            (Kind::Model(model), Peek::Object) => self.model(peek, model, sink),
            (Kind::Models(model), Peek::Array) => self.models(model, sink),
            (Kind::Enum(words), Peek::String) => {
                let start = self.reader.jiter.current_index();
                let word = self.reader.jiter.known_str().map_err(broken)?;
                let meant = words.meant(word);
                let value = sink.text(meant.as_deref().unwrap_or(word))?;
                if meant.is_some() {
                    seen.originals.push((field.name, (start, self.reader.jiter.current_index())));
                }
                Ok(value)
            }
            (Kind::Number | Kind::Integer, Peek::String) => {
                let start = self.reader.jiter.current_index();
                let text = self.reader.jiter.known_str().map_err(broken)?;
                if !is_number(text) {
                    return sink.text(text);
                }
                let value = emit_number(text, sink)?;
                seen.originals.push((field.name, (start, self.reader.jiter.current_index())));
                Ok(value)
            }
            (Kind::Map, Peek::Null) if !field.null_is_empty => self.reader.value(peek, sink),
            (Kind::Map, Peek::Null | Peek::Array | Peek::String) => {
                self.map(peek, field, seen, sink)
            }
            _ => self.reader.value(peek, sink),
        }
    }

    fn models<S: Sink>(
        &mut self,
        model: &'static Model,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        self.reader.descend()?;
        let mut list = sink.begin_list()?;
        let mut next = self.reader.jiter.known_array().map_err(broken)?;
        while let Some(peek) = next {
            sink.before_item(&mut list)?;
            let value = self.model(peek, model, sink)?;
            sink.item(&mut list, value)?;
            next = self.reader.jiter.array_step().map_err(broken)?;
        }
        self.reader.ascend();
        sink.end_list(list)
    }

    /// PHP servers write an empty object as `[]`, and some columns come as JSON in a text.
    fn map<S: Sink>(
        &mut self,
        peek: Peek,
        field: &'static Field,
        seen: &mut Seen,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        let (start, end) = self.reader.skip(peek)?;
        let source = self.text.get(start..end).unwrap_or_default();
        let inner = match peek {
            Peek::Null => Some("{}".to_owned()),
            Peek::Array => {
                let empty = source.trim_matches(['[', ']']).trim().is_empty();
                empty.then(|| "{}".to_owned())
            }
            _ => serde_json::from_str::<String>(source)
                .ok()
                .filter(|text| text.trim_start().starts_with('{'))
                .filter(|text| serde_json::from_str::<serde_json::Value>(text).is_ok()),
        };
        match inner {
            Some(inner) => {
                seen.originals.push((field.name, (start, end)));
                any(&inner, 0..inner.len(), self.limits, sink)
            }
            None => any(self.text, start..end, self.limits, sink),
        }
    }
}

/// What decoding raises when the sink cannot be blamed.
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
