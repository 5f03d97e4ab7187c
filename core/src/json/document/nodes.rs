//! A JSON document as a flat list of nodes, in the order of the JSON. A place is the index of a
//! node, and an object or list is skipped in one step.

use bytestring::ByteString;

use crate::json::sink::{Key, Sink, emit_number};
use crate::message::Message;
use crate::messages::response as messages;

/// A parsed JSON document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(super) text: ByteString,
    /// Strings without their escapes, and the digits of numbers beyond `i64`, one after another.
    pub(super) unescaped: String,
    /// Values, with the name of each member before its value.
    pub(super) nodes: Vec<Node>,
}

/// A value in the list of nodes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    Integer(Bytes),
    /// Digits, in `unescaped`.
    Number(Span),
    /// A string without escapes, in `text`.
    Plain(Span),
    /// A string that had escapes, in `unescaped`.
    Escaped(Span),
    /// A list or an object has the index of the node after its end.
    List(u32),
    Object(u32),
}

/// A whole number without its alignment, which would make each node a third larger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes([u8; 8]);

impl From<i64> for Bytes {
    fn from(number: i64) -> Self {
        Self(number.to_ne_bytes())
    }
}

impl From<Bytes> for i64 {
    fn from(Bytes(bytes): Bytes) -> Self {
        Self::from_ne_bytes(bytes)
    }
}

/// Start and end, in bytes.
pub(super) type Span = (u32, u32);

/// A value of the document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'d> {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Any other number, by its digits.
    Number(&'d str),
    Text(&'d str),
    List,
    Object,
}

impl Value<'_> {
    /// The type of the value, for a sentence.
    pub(crate) fn kind(self) -> Message {
        match self {
            Value::Null => messages::null(),
            Value::Boolean(_) => messages::a_boolean(),
            Value::Text(_) => messages::a_string(),
            Value::List => messages::a_list(),
            Value::Object => messages::an_object(),
            Value::Integer(_) | Value::Number(_) => messages::a_number(),
        }
    }
}

impl Document {
    /// The place of the whole document.
    pub(crate) const ROOT: usize = 0;

    /// The value at a place; null beyond the end.
    #[inline(always)]
    pub(crate) fn at(&self, place: usize) -> Value<'_> {
        match self.nodes.get(place) {
            None | Some(Node::Null) => Value::Null,
            Some(Node::Boolean(flag)) => Value::Boolean(*flag),
            Some(Node::Integer(number)) => Value::Integer((*number).into()),
            Some(Node::Number(span)) => Value::Number(part(&self.unescaped, *span)),
            Some(Node::Plain(span)) => Value::Text(part(&self.text, *span)),
            Some(Node::Escaped(span)) => Value::Text(part(&self.unescaped, *span)),
            Some(Node::List(_)) => Value::List,
            Some(Node::Object(_)) => Value::Object,
        }
    }

    /// Whether the value at a place is null.
    #[inline(always)]
    pub(crate) fn is_null(&self, place: usize) -> bool {
        matches!(self.nodes.get(place), None | Some(Node::Null))
    }

    /// Whether the value at a place is true.
    #[inline(always)]
    pub(crate) fn is_true(&self, place: usize) -> bool {
        matches!(self.nodes.get(place), Some(Node::Boolean(true)))
    }

    /// Copies the value at a place to a new document, which does not keep the whole in memory.
    pub(crate) fn part(&self, place: usize) -> Self {
        let nodes = self.nodes.get(place..self.after(place)).unwrap_or_default();
        let in_text = |node: &Node| match node {
            Node::Plain(span) => Some(*span),
            _ => None,
        };
        let in_unescaped = |node: &Node| match node {
            Node::Escaped(span) | Node::Number(span) => Some(*span),
            _ => None,
        };
        // In `text` the strings are in order, so the first and the last one are enough.
        let ends = [nodes.iter().find_map(in_text), nodes.iter().rev().find_map(in_text)];
        let text = extent(ends.into_iter().flatten());
        let unescaped = match self.unescaped.is_empty() {
            true => (0, 0),
            false => extent(nodes.iter().filter_map(in_unescaped)),
        };
        let mut nodes = nodes.to_vec();
        for node in &mut nodes {
            match node {
                Node::Plain(span) => shift(span, text.0),
                Node::Escaped(span) | Node::Number(span) => shift(span, unescaped.0),
                Node::List(end) | Node::Object(end) => *end -= place as u32,
                Node::Null | Node::Boolean(_) | Node::Integer(_) => {}
            }
        }
        let (text, unescaped) = (part(&self.text, text), part(&self.unescaped, unescaped));
        Self { text: text.into(), unescaped: unescaped.into(), nodes }
    }

    /// The place after a value and all that is in it.
    #[inline]
    fn after(&self, place: usize) -> usize {
        match self.nodes.get(place) {
            Some(Node::List(end) | Node::Object(end)) => *end as usize,
            _ => place + 1,
        }
    }

    /// The places of a list's items; none if the value is not a list.
    pub(crate) fn items(&self, list: usize) -> Items<'_> {
        let end = match self.nodes.get(list) {
            Some(Node::List(end)) => *end as usize,
            _ => 0,
        };
        Items { document: self, next: list + 1, end }
    }

    /// The names of an object's members and the places of their values; none if the value is not an
    /// object.
    pub(crate) fn members(&self, object: usize) -> impl Iterator<Item = (&str, usize)> {
        self.names(object).map(|name| (self.text(name), name + 1))
    }

    /// The places of the names in an object. Each value is right after its name.
    #[inline(always)]
    pub(crate) fn names(&self, object: usize) -> Names<'_> {
        let end = match self.nodes.get(object) {
            Some(Node::Object(end)) => *end as usize,
            _ => 0,
        };
        Names { document: self, next: object + 1, end }
    }

    /// The string at a place; empty if there is none.
    pub(crate) fn text(&self, place: usize) -> &str {
        match self.at(place) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The bytes of the string at a place, which can be compared without a check of UTF-8
    /// boundaries.
    #[inline(always)]
    pub(crate) fn bytes(&self, place: usize) -> &[u8] {
        let (text, (start, end)) = match self.nodes.get(place) {
            Some(Node::Plain(span)) => (self.text.as_bytes().as_ref(), *span),
            Some(Node::Escaped(span)) => (self.unescaped.as_bytes(), *span),
            _ => return &[],
        };
        text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The last member with a name, as JSON parsers choose it.
    pub(crate) fn member(&self, object: usize, name: &str) -> Option<usize> {
        let long = |(start, end): &Span| (end - start) as usize == name.len();
        let named = |key: &usize| match self.nodes.get(*key) {
            // Compares the length first, which rules out most names.
            Some(Node::Plain(span) | Node::Escaped(span)) if long(span) => {
                self.bytes(*key) == name.as_bytes()
            }
            _ => false,
        };
        self.names(object).filter(named).last().map(|key| key + 1)
    }

    /// Builds the value of the whole document, without a schema.
    pub(crate) fn whole<S: Sink>(&self, sink: &mut S) -> Result<S::Value, S::Error> {
        self.emit(Self::ROOT, self.at(Self::ROOT), sink)
    }

    /// Builds the value at a place, without a schema.
    #[inline]
    pub(crate) fn emit<S: Sink>(
        &self,
        place: usize,
        value: Value<'_>,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        match value {
            Value::Null => sink.null(),
            Value::Boolean(flag) => sink.boolean(flag),
            Value::Integer(number) => sink.integer(number),
            Value::Number(digits) => emit_number(digits, sink),
            Value::Text(text) => sink.text(text),
            Value::List => self.list(place, sink),
            Value::Object => self.object(place, sink),
        }
    }

    // Not inlined into `emit`, where every scalar would pay for it.
    #[inline(never)]
    fn list<S: Sink>(&self, place: usize, sink: &mut S) -> Result<S::Value, S::Error> {
        let mut list = sink.begin_list()?;
        for item in self.items(place) {
            sink.before_item(&mut list)?;
            let value = self.emit(item, self.at(item), sink)?;
            sink.item(&mut list, value)?;
        }
        sink.end_list(list)
    }

    // Not inlined into `emit`, where every scalar would pay for it.
    #[inline(never)]
    fn object<S: Sink>(&self, place: usize, sink: &mut S) -> Result<S::Value, S::Error> {
        let mut object = sink.begin_object(None)?;
        for (name, member) in self.members(place) {
            sink.key(&mut object, Key::Extra(name))?;
            let value = self.emit(member, self.at(member), sink)?;
            sink.value(&mut object, value)?;
        }
        sink.end_object(object)
    }
}

#[inline(always)]
pub(super) fn part(text: &str, (start, end): Span) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

/// Moves a span towards the start.
fn shift((start, end): &mut Span, by: u32) {
    *start -= by;
    *end -= by;
}

/// The span from the earliest start to the latest end.
fn extent(spans: impl Iterator<Item = Span>) -> Span {
    let wider = |whole: Span, span: Span| (whole.0.min(span.0), whole.1.max(span.1));
    spans.reduce(wider).unwrap_or_default()
}

/// See [`Document::items`].
pub(crate) struct Items<'d> {
    document: &'d Document,
    next: usize,
    end: usize,
}

impl Iterator for Items<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = self.next;
        if place >= self.end {
            return None;
        }
        self.next = self.document.after(place);
        Some(place)
    }
}

/// See [`Document::names`].
pub(crate) struct Names<'d> {
    document: &'d Document,
    next: usize,
    end: usize,
}

impl Iterator for Names<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let name = self.next;
        if name >= self.end {
            return None;
        }
        self.next = self.document.after(name + 1);
        Some(name)
    }
}
