//! A JSON text as a flat list of nodes in the order of the text. An object or list is stepped
//! over at once.

use bytestring::ByteString;

use crate::json::sink::{Key, Sink, emit_number};

/// JSON that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(super) text: ByteString,
    /// Texts that were written with escapes, and numbers beyond `i64`, one after another.
    pub(super) aside: String,
    /// Values, and before each member of an object its key.
    pub(super) nodes: Vec<Node>,
}

/// A value as it stands in the list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    Integer(Bytes),
    /// Digits, in `aside`.
    Number(Span),
    /// In the text itself.
    Plain(Span),
    /// In `aside`.
    Escaped(Span),
    /// Both end before the node of this number.
    List(u32),
    Object(u32),
}

/// A whole number, without the alignment that would make each node a third larger.
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

/// From where to where, in bytes.
pub(super) type Span = (u32, u32);

/// A value, as it is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'d> {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Any other number, as it was written.
    Number(&'d str),
    Text(&'d str),
    List,
    Object,
}

impl Value<'_> {
    /// What it is, for a sentence.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "true or false",
            Value::Text(_) => "a text",
            Value::List => "a list",
            Value::Object => "an object",
            Value::Integer(_) | Value::Number(_) => "a number",
        }
    }
}

impl Document {
    /// Where the whole is.
    pub(crate) const ROOT: usize = 0;

    /// The value at a place; null beyond the end.
    #[inline(always)]
    pub(crate) fn at(&self, place: usize) -> Value<'_> {
        match self.nodes.get(place) {
            None | Some(Node::Null) => Value::Null,
            Some(Node::Boolean(flag)) => Value::Boolean(*flag),
            Some(Node::Integer(number)) => Value::Integer((*number).into()),
            Some(Node::Number(span)) => Value::Number(part(&self.aside, *span)),
            Some(Node::Plain(span)) => Value::Text(part(&self.text, *span)),
            Some(Node::Escaped(span)) => Value::Text(part(&self.aside, *span)),
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

    /// The value at a place as a document of its own, which keeps nothing else alive.
    pub(crate) fn part(&self, place: usize) -> Self {
        let nodes = self.nodes.get(place..self.after(place)).unwrap_or_default();
        let in_text = |node: &Node| match node {
            Node::Plain(span) => Some(*span),
            _ => None,
        };
        let in_aside = |node: &Node| match node {
            Node::Escaped(span) | Node::Number(span) => Some(*span),
            _ => None,
        };
        // In the text they come one after another, so that the first and the last are enough.
        let ends = [nodes.iter().find_map(in_text), nodes.iter().rev().find_map(in_text)];
        let text = extent(ends.into_iter().flatten());
        let aside = match self.aside.is_empty() {
            true => (0, 0),
            false => extent(nodes.iter().filter_map(in_aside)),
        };
        let mut nodes = nodes.to_vec();
        for node in &mut nodes {
            match node {
                Node::Plain(span) => shift(span, text.0),
                Node::Escaped(span) | Node::Number(span) => shift(span, aside.0),
                Node::List(end) | Node::Object(end) => *end -= place as u32,
                Node::Null | Node::Boolean(_) | Node::Integer(_) => {}
            }
        }
        let (text, aside) = (part(&self.text, text), part(&self.aside, aside));
        Self { text: text.into(), aside: aside.into(), nodes }
    }

    /// The place after a value and all that is in it.
    #[inline]
    fn after(&self, place: usize) -> usize {
        match self.nodes.get(place) {
            Some(Node::List(end) | Node::Object(end)) => *end as usize,
            _ => place + 1,
        }
    }

    /// The places of a list's items; none where there is no list.
    pub(crate) fn items(&self, list: usize) -> Items<'_> {
        let end = match self.nodes.get(list) {
            Some(Node::List(end)) => *end as usize,
            _ => 0,
        };
        Items { document: self, next: list + 1, end }
    }

    /// The members of an object: their names, and where their values are; none where
    /// there is no object.
    pub(crate) fn members(&self, object: usize) -> impl Iterator<Item = (&str, usize)> {
        self.names(object).map(|name| (self.text(name), name + 1))
    }

    /// The places of the names in an object. Each value stands right after its name.
    #[inline(always)]
    pub(crate) fn names(&self, object: usize) -> ClassNames<'_> {
        let end = match self.nodes.get(object) {
            Some(Node::Object(end)) => *end as usize,
            _ => 0,
        };
        ClassNames { document: self, next: object + 1, end }
    }

    /// The text at a place; empty where there is none.
    pub(crate) fn text(&self, place: usize) -> &str {
        match self.at(place) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The same, as bytes: to compare it needs no look at its characters.
    #[inline(always)]
    pub(crate) fn bytes(&self, place: usize) -> &[u8] {
        let (text, (start, end)) = match self.nodes.get(place) {
            Some(Node::Plain(span)) => (self.text.as_bytes().as_ref(), *span),
            Some(Node::Escaped(span)) => (self.aside.as_bytes(), *span),
            _ => return &[],
        };
        text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The last member of a name, as JSON readers take it.
    pub(crate) fn member(&self, object: usize, name: &str) -> Option<usize> {
        let long = |(start, end): &Span| (end - start) as usize == name.len();
        let named = |key: &usize| match self.nodes.get(*key) {
            // Few names are as long, and most need no other look.
            Some(Node::Plain(span) | Node::Escaped(span)) if long(span) => {
                self.bytes(*key) == name.as_bytes()
            }
            _ => false,
        };
        self.names(object).filter(named).last().map(|key| key + 1)
    }

    /// Builds the whole, without a schema.
    pub(crate) fn whole<S: Sink>(&self, sink: &mut S) -> Result<S::Value, S::Error> {
        self.emit(Self::ROOT, self.at(Self::ROOT), sink)
    }

    /// Builds the value that stands at a place, without a schema.
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

    fn list<S: Sink>(&self, place: usize, sink: &mut S) -> Result<S::Value, S::Error> {
        let mut list = sink.begin_list()?;
        for item in self.items(place) {
            sink.before_item(&mut list)?;
            let value = self.emit(item, self.at(item), sink)?;
            sink.item(&mut list, value)?;
        }
        sink.end_list(list)
    }

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

/// The same span of a text that starts so much later.
fn shift((start, end): &mut Span, by: u32) {
    *start -= by;
    *end -= by;
}

/// From the earliest start to the latest end.
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
pub(crate) struct ClassNames<'d> {
    document: &'d Document,
    next: usize,
    end: usize,
}

impl Iterator for ClassNames<'_> {
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
