//! Raw JSON: the part of the input that a value was parsed from.

use super::nodes::{Document, Node, part};

impl Document {
    /// The whole JSON.
    pub(crate) fn source(&self) -> &str {
        self.text.trim()
    }

    /// Whether the language reads every number in a value exactly.
    pub(crate) fn is_exact(
        &self,
        place: usize,
        reads_integer: impl Fn(i64) -> bool,
        reads_number: impl Fn(&str) -> bool,
    ) -> bool {
        let exact = |node: &Node| match node {
            Node::Integer(number) => reads_integer((*number).into()),
            Node::Number(span) => reads_number(part(&self.aside, *span)),
            _ => true,
        };
        match self.nodes.get(place) {
            Some(Node::List(end) | Node::Object(end)) => {
                self.nodes.get(place..*end as usize).is_none_or(|within| within.iter().all(exact))
            }
            one => one.is_none_or(exact),
        }
    }

    /// The raw JSON of a string without escapes; `None` for any other value.
    pub(crate) fn quoted(&self, place: usize) -> Option<&str> {
        let Some(Node::Plain((start, end))) = self.nodes.get(place) else { return None };
        self.text.get(*start as usize - 1..*end as usize + 1)
    }

    /// The raw JSON of an object, from brace to brace; `last` is the place of its last value.
    /// Returns `None` if that cannot be determined.
    pub(crate) fn source_of(&self, object: usize, last: usize) -> Option<&str> {
        let bytes = self.text.as_bytes();
        let Some(Node::Plain((key, _))) = self.nodes.get(object + 1) else { return None };
        let before = bytes.get(..*key as usize - 1)?;
        let start = before.iter().rposition(|byte| !byte.is_ascii_whitespace())?;
        let end_of_string =
            [last, last - 1].into_iter().find_map(|place| match self.nodes.get(place) {
                Some(Node::Plain((_, end))) => Some(*end as usize + 1),
                _ => None,
            })?;
        let end = end_of_string + closing(bytes.get(end_of_string..)?)?;
        self.text.get(start..=end).filter(|text| text.starts_with('{') && text.ends_with('}'))
    }
}

/// The end of the object or list that is open at the start of `text`.
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
