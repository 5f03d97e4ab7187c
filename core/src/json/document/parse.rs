//! The JSON parser: one pass over the bytes that records where each value is. It accepts the
//! grammar of RFC 8259 and nothing else.

use bytestring::ByteString;

use super::memory::nodes_for;
use super::nodes::{Document, Node, Span};
use super::plain_end::plain_end;
use crate::error::{Error, ErrorKind};
use crate::json::value::{number_length, whole_number};
use crate::limits::{DEEPEST, Limits};
use crate::message::Message;
use crate::messages::response as messages;

/// Bytes of JSON for one node, a little fewer than rows of the API have: the list of nodes is
/// allocated once, since growing it would cost more than the unused memory.
const BYTES_A_NODE: usize = 12;
/// Longest number: no amount needs more digits, and languages take quadratic time to read them.
const MAX_DIGITS: usize = 4300;
/// The most digits with which any number fits into `i64`.
const SAFE_DIGITS: usize = 18;

pub(super) fn parse(text: ByteString, limits: Limits) -> Result<Document, Error> {
    if u32::try_from(text.len()).is_err() {
        return Err(too_large(messages::json_too_long()));
    }
    let depth = limits.depth.min(DEEPEST);
    let mut reader = Reader {
        text: &text,
        bytes: text.as_bytes(),
        at: 0,
        unescaped: String::new(),
        nodes: nodes_for(text.len() / BYTES_A_NODE + 1),
        depth_left: depth,
        values_left: limits.values,
    };
    let whole = reader.whole();
    let Reader { unescaped, nodes, at, .. } = reader;
    match whole {
        Ok(()) => Ok(Document { text, unescaped, nodes }),
        Err(Stop::TooDeep) => Err(too_large(messages::json_too_deep(depth))),
        Err(Stop::TooMany) => Err(too_large(messages::json_too_many(limits.values))),
        Err(Stop::Malformed(what)) => {
            // Names what is wrong and where, never the value there: it may be private.
            let before = text.as_bytes().get(..at).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
            Err(Error::unexpected(messages::not_json(what.message(), line, column)))
        }
    }
}

fn too_large(message: Message) -> Error {
    Error::new(ErrorKind::ResponseTooLarge, message)
}

/// Why parsing stops before the end.
#[derive(Clone, Copy)]
enum Stop {
    TooDeep,
    TooMany,
    Malformed(What),
}

/// What is wrong with the JSON.
#[derive(Clone, Copy)]
enum What {
    End,
    NoValue,
    NoName,
    NoColon,
    NoListEnd,
    NoObjectEnd,
    NoNumber,
    Digits,
    Escape,
    Surrogate,
    Control,
    Trailing,
}

impl What {
    fn message(self) -> Message {
        match self {
            Self::End => messages::json_end(),
            Self::NoValue => messages::json_no_value(),
            Self::NoName => messages::json_no_name(),
            Self::NoColon => messages::json_no_colon(),
            Self::NoListEnd => messages::json_no_list_end(),
            Self::NoObjectEnd => messages::json_no_object_end(),
            Self::NoNumber => messages::json_no_number(),
            Self::Digits => messages::json_digits(),
            Self::Escape => messages::json_escape(),
            Self::Surrogate => messages::json_surrogate(),
            Self::Control => messages::json_control(),
            Self::Trailing => messages::json_trailing(),
        }
    }
}

impl From<What> for Stop {
    fn from(what: What) -> Self {
        Self::Malformed(what)
    }
}

/// The state of the parser.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The byte to read next.
    at: usize,
    unescaped: String,
    nodes: Vec<Node>,
    depth_left: usize,
    values_left: usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Result<(), Stop> {
        self.value()?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(What::Trailing.into()),
        }
    }

    /// The next byte that is not white space.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn value(&mut self) -> Result<(), Stop> {
        match self.peek() {
            Some(b'"') => {
                let string = self.string()?;
                self.add(string)
            }
            Some(b'-' | b'0'..=b'9') => {
                let number = self.number()?;
                self.add(number)
            }
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'n') => self.word(b"null", Node::Null),
            Some(b't') => self.word(b"true", Node::Boolean(true)),
            Some(b'f') => self.word(b"false", Node::Boolean(false)),
            Some(_) => Err(What::NoValue.into()),
            None => Err(What::End.into()),
        }
    }

    #[inline(always)]
    fn add(&mut self, node: Node) -> Result<(), Stop> {
        match self.values_left.checked_sub(1) {
            Some(left) => self.values_left = left,
            None => return Err(Stop::TooMany),
        }
        self.nodes.push(node);
        Ok(())
    }

    fn word(&mut self, word: &[u8], node: Node) -> Result<(), Stop> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word) {
            return Err(What::NoValue.into());
        }
        self.at = end;
        self.add(node)
    }

    /// Enters a container, after its opening bracket. Returns the index of its node.
    fn descend(&mut self, node: Node) -> Result<usize, Stop> {
        match self.depth_left.checked_sub(1) {
            Some(left) => self.depth_left = left,
            None => return Err(Stop::TooDeep),
        }
        self.at += 1;
        self.add(node)?;
        Ok(self.nodes.len() - 1)
    }

    /// Leaves a container, after its closing bracket, and records where its nodes end.
    fn ascend(&mut self, container: usize) {
        self.at += 1;
        self.depth_left += 1;
        // Fits: there are fewer nodes than bytes, and a document has less than four gibibytes.
        let end = self.nodes.len() as u32;
        if let Some(Node::List(to) | Node::Object(to)) = self.nodes.get_mut(container) {
            *to = end;
        }
    }

    fn list(&mut self) -> Result<(), Stop> {
        let list = self.descend(Node::List(0))?;
        if self.peek() != Some(b']') {
            loop {
                self.value()?;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break,
                    Some(_) => return Err(What::NoListEnd.into()),
                    None => return Err(What::End.into()),
                }
            }
        }
        self.ascend(list);
        Ok(())
    }

    fn object(&mut self) -> Result<(), Stop> {
        let object = self.descend(Node::Object(0))?;
        if self.peek() != Some(b'}') {
            loop {
                match self.peek() {
                    Some(b'"') => {}
                    Some(_) => return Err(What::NoName.into()),
                    None => return Err(What::End.into()),
                }
                let name = self.string()?;
                self.nodes.push(name);
                match self.peek() {
                    Some(b':') => self.at += 1,
                    Some(_) => return Err(What::NoColon.into()),
                    None => return Err(What::End.into()),
                }
                self.value()?;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break,
                    Some(_) => return Err(What::NoObjectEnd.into()),
                    None => return Err(What::End.into()),
                }
            }
        }
        self.ascend(object);
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self) -> Result<Node, Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let negative = rest.first() == Some(&b'-');
        let start = usize::from(negative);
        let (mut number, mut end) = (0_i64, start);
        while let Some(digit @ b'0'..=b'9') = rest.get(end)
            && end - start < SAFE_DIGITS
        {
            number = number * 10 + i64::from(digit - b'0');
            end += 1;
        }
        let goes_on = matches!(rest.get(end), Some(b'0'..=b'9' | b'.' | b'e' | b'E'));
        // `-0`, `01` and a lone sign are left to `long_number`.
        let leads = matches!(rest.get(start), Some(b'1'..=b'9')) || (end == 1 && !negative);
        if goes_on || !leads {
            return self.long_number(rest);
        }
        self.at += end;
        Ok(Node::Integer(if negative { -number } else { number }.into()))
    }

    /// A number of any form or length, kept as its digits.
    #[inline(never)]
    fn long_number(&mut self, rest: &[u8]) -> Result<Node, Stop> {
        let length = number_length(rest).ok_or(What::NoNumber)?;
        if length > MAX_DIGITS {
            return Err(What::Digits.into());
        }
        let digits = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        Ok(match whole_number(digits) {
            Some(number) => Node::Integer(number.into()),
            None => {
                let start = self.unescaped.len() as u32;
                self.unescaped.push_str(digits);
                Node::Number((start, self.unescaped.len() as u32))
            }
        })
    }

    /// A string, at its opening quote.
    #[inline(always)]
    fn string(&mut self) -> Result<Node, Stop> {
        let start = self.at + 1;
        let end = plain_end(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            // Fits: a document has less than four gibibytes.
            return Ok(Node::Plain((start as u32, end as u32)));
        }
        self.escaped(start, end).map(Node::Escaped)
    }

    /// A string with escapes, which is copied without them; or an invalid string.
    #[inline(never)]
    fn escaped(&mut self, mut start: usize, mut end: usize) -> Result<Span, Stop> {
        let unescaped = self.unescaped.len() as u32;
        loop {
            self.unescaped.push_str(self.text.get(start..end).unwrap_or_default());
            self.at = end;
            match self.next()? {
                b'"' => return Ok((unescaped, self.unescaped.len() as u32)),
                b'\\' => {}
                _ => return Err(What::Control.into()),
            }
            let character = self.escape()?;
            self.unescaped.push(character);
            start = self.at;
            end = plain_end(self.bytes, start);
        }
    }

    fn next(&mut self) -> Result<u8, Stop> {
        let byte = *self.bytes.get(self.at).ok_or(What::End)?;
        self.at += 1;
        Ok(byte)
    }

    /// The character of an escape sequence, after its backslash.
    fn escape(&mut self) -> Result<char, Stop> {
        Ok(match self.next()? {
            character @ (b'"' | b'\\' | b'/') => character.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut units = [self.unit()?, 0];
                let high = matches!(units, [0xD800..=0xDBFF, _]);
                if high && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
                    self.at += 2;
                    units[1] = self.unit()?;
                }
                let decoded = char::decode_utf16(units).next();
                decoded.and_then(Result::ok).ok_or(What::Surrogate)?
            }
            _ => return Err(What::Escape.into()),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, Stop> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(What::Escape)?;
            unit = unit << 4 | digit as u16;
        }
        Ok(unit)
    }
}
