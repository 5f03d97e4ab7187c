//! From a text to its nodes, by serde_json's own reader: it finds the values, this notes
//! where they are.

use std::fmt;

use bytestring::ByteString;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Document, Node, Span};
use crate::config::Limits;
use crate::error::{Error, ErrorKind};

/// Rows of the API have a few bytes more for each value and each name: to move the list
/// while it grows costs more than the room.
const BYTES_A_NODE: usize = 12;
/// No amount needs more digits, and languages take time for each.
const MOST_DIGITS: usize = 4300;
/// Reading and building go as deep as the text does, on the stack.
const DEEPEST: usize = 512;

pub(super) fn parse(text: ByteString, limits: Limits) -> Result<Document, Error> {
    if u32::try_from(text.len()).is_err() {
        return Err(too_large("longer than four gibibytes"));
    }
    let mut reading = Reading {
        text: &text,
        aside: String::new(),
        nodes: Vec::with_capacity(text.len() / BYTES_A_NODE + 1),
        depth_left: limits.depth.min(DEEPEST),
        values_left: limits.values,
        beyond: None,
        exponents: Vec::new(),
    };
    let mut json = serde_json::Deserializer::from_str(&text);
    // Its bound cannot be set, and ours is checked before each step down.
    json.disable_recursion_limit();
    let whole = Any(&mut reading).deserialize(&mut json).and_then(|()| json.end());
    let Reading { mut aside, mut nodes, beyond, exponents, .. } = reading;
    if whole.is_ok() && !exponents.is_empty() {
        for (node, spelt) in exponents.into_iter().zip(with_exponents(&text)) {
            let start = aside.len() as u32;
            aside.push_str(spelt);
            if let Some(node) = nodes.get_mut(node) {
                *node = Node::Number((start, aside.len() as u32));
            }
        }
    }
    match (whole, beyond) {
        (Ok(()), _) => Ok(Document { text, aside, nodes }),
        (Err(_), Some(what)) => Err(too_large(what)),
        // It names what is missing and where, never what stands there.
        (Err(broken), None) => Err(Error::unexpected(format!("the answer is not JSON: {broken}"))),
    }
}

fn too_large(what: &str) -> Error {
    Error::new(ErrorKind::ResponseTooLarge, format!("the answer is {what}"))
}

/// A document on its way.
struct Reading<'t> {
    text: &'t str,
    aside: String,
    nodes: Vec<Node>,
    depth_left: usize,
    values_left: usize,
    /// The bound that was met.
    beyond: Option<&'static str>,
    /// Numbers with an exponent, which serde_json spells its own way.
    exponents: Vec<usize>,
}

impl Reading<'_> {
    fn add<E: serde::de::Error>(&mut self, node: Node) -> Result<(), E> {
        match self.values_left.checked_sub(1) {
            Some(left) => self.values_left = left,
            None => return Err(self.stop("of more values than allowed")),
        }
        self.nodes.push(node);
        Ok(())
    }

    fn stop<E: serde::de::Error>(&mut self, what: &'static str) -> E {
        self.beyond = Some(what);
        E::custom(what)
    }

    /// One level down: where the container's node stands.
    fn descend<E: serde::de::Error>(&mut self, node: Node) -> Result<usize, E> {
        match self.depth_left.checked_sub(1) {
            Some(left) => self.depth_left = left,
            None => return Err(self.stop("nested deeper than allowed")),
        }
        self.add(node)?;
        Ok(self.nodes.len() - 1)
    }

    /// Back up: the container ends before the next node.
    fn ascend(&mut self, container: usize) {
        self.depth_left += 1;
        // Fewer nodes than bytes of text.
        let end = self.nodes.len() as u32;
        if let Some(Node::List(to) | Node::Object(to)) = self.nodes.get_mut(container) {
            *to = end;
        }
    }

    /// Where a part of the text stands in it; nothing for any other text.
    fn place(&self, part: &str) -> Option<Span> {
        let start = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        let end = start + part.len();
        (end <= self.text.len()).then_some((start as u32, end as u32))
    }

    fn borrowed(&mut self, text: &str) -> Node {
        self.place(text).map_or_else(|| self.escaped(text), Node::Plain)
    }

    fn escaped(&mut self, text: &str) -> Node {
        Node::Escaped(self.put_aside(text))
    }

    fn put_aside(&mut self, text: &str) -> Span {
        let start = self.aside.len() as u32;
        self.aside.push_str(text);
        (start, self.aside.len() as u32)
    }
}

/// Reads any one value.
struct Any<'r, 't>(&'r mut Reading<'t>);

impl<'de> DeserializeSeed<'de> for Any<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.0.add(Node::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<(), E> {
        self.0.add(Node::Boolean(flag))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.0.add(Node::Integer(number.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        let node = match i64::try_from(number) {
            Ok(number) => Node::Integer(number.into()),
            Err(_) => Node::Number(self.0.put_aside(&number.to_string())),
        };
        self.0.add(node)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<(), E> {
        let node = self.0.borrowed(text);
        self.0.add(node)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let node = self.0.escaped(text);
        self.0.add(node)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let list = self.0.descend(Node::List(0))?;
        while items.next_element_seed(Any(self.0))?.is_some() {}
        self.0.ascend(list);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut first = match members.next_key_seed(Name(self.0))? {
            Some(Named::NumberFollows) => return members.next_value_seed(Digits(self.0)),
            Some(Named::Member(key)) => Some(key),
            None => None,
        };
        let object = self.0.descend(Node::Object(0))?;
        loop {
            let key = match first.take() {
                Some(key) => key,
                None => match members.next_key_seed(Name(self.0))? {
                    Some(Named::Member(key)) => key,
                    Some(Named::NumberFollows) => return Err(A::Error::custom("two values")),
                    None => break,
                },
            };
            self.0.nodes.push(key);
            members.next_value_seed(Any(self.0))?;
        }
        self.0.ascend(object);
        Ok(())
    }
}

/// The name of a member.
enum Named {
    Member(Node),
    /// serde_json hands over a number of many digits as a map, whose only key is a name
    /// of its own, which does not stand in the text.
    NumberFollows,
}

struct Name<'r, 't>(&'r mut Reading<'t>);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Named, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Name<'_, '_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Named, E> {
        Ok(self.0.place(name).map_or(Named::NumberFollows, |span| Named::Member(Node::Plain(span))))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Named, E> {
        Ok(Named::Member(self.0.escaped(name)))
    }
}

/// The digits of a number.
struct Digits<'r, 't>(&'r mut Reading<'t>);

impl<'de> DeserializeSeed<'de> for Digits<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Digits<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digits")
    }

    fn visit_str<E: serde::de::Error>(self, digits: &str) -> Result<(), E> {
        if digits.len() > MOST_DIGITS {
            return Err(E::custom("a number has too many digits"));
        }
        let span = self.0.put_aside(digits);
        if digits.contains('e') {
            self.0.exponents.push(self.0.nodes.len());
        }
        self.0.add(Node::Number(span))
    }
}

/// The numbers with an exponent in a text that is JSON, in their order and as they stand.
fn with_exponents(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(inside) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if *inside == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(|c: char| !"0123456789+-.eE".contains(c));
                let number = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                if number.contains(['e', 'E']) {
                    found.push(number);
                }
                at += number.len();
            }
            _ => at += 1,
        }
    }
    found
}
