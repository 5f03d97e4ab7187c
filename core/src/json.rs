//! Walking through JSON text without building it: positions, depth, exact numbers.
//! What comes out is up to a [`Sink`]; each language has one.

use jiter::{Jiter, JiterError, JiterErrorType, JsonErrorType, Peek};

use crate::config::Limits;
use crate::error::{Error, ErrorKind};
use crate::schema::{Field, Model};

/// Builds one language's values while text is read. `Value` is what the language
/// holds, `Error` what its own constructors may raise.
pub trait Sink {
    /// A finished value.
    type Value;
    /// A list being filled.
    type List;
    /// An object being filled.
    type Object;
    /// What can go wrong here, and in reading.
    type Error: From<Error>;

    /// JSON null.
    fn null(&mut self) -> Result<Self::Value, Self::Error>;
    /// True or false.
    fn boolean(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    /// A whole number that fits.
    fn integer(&mut self, value: i64) -> Result<Self::Value, Self::Error>;
    /// Any other number, as it was written.
    fn number(&mut self, digits: &str) -> Result<Self::Value, Self::Error>;
    /// A text.
    fn text(&mut self, text: &str) -> Result<Self::Value, Self::Error>;

    /// Starts a list.
    fn begin_list(&mut self) -> Result<Self::List, Self::Error>;
    /// The next value of a list is about to be read.
    fn before_item(&mut self, list: &mut Self::List) -> Result<(), Self::Error>;
    /// Adds the value just read.
    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends a list.
    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, Self::Error>;

    /// Starts an object; of a model, where the schema knows it.
    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<Self::Object, Self::Error>;
    /// Names the value that is about to be read. A key may come twice: the last counts.
    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Self::Error>;
    /// Gives the value for the key just named.
    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends an object.
    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Self::Error>;
}

/// The name of a value in an object.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// A field of the model: where it stands in `Model::fields`, and what it is.
    Field(usize, &'static Field),
    /// A name that the schema does not know, or any name in an object without a model.
    Extra(&'a str),
    /// Not from the wire: an object that holds, by field name, the values that were
    /// read as something else (`complete` read as `completed`).
    Originals,
}

/// A cursor over JSON text with bounds on depth and on the number of values.
pub(crate) struct Reader<'j> {
    pub(crate) jiter: Jiter<'j>,
    depth_left: usize,
    values_left: usize,
}

impl<'j> Reader<'j> {
    pub(crate) fn new(text: &'j [u8], limits: Limits) -> Self {
        Self { jiter: Jiter::new(text), depth_left: limits.depth, values_left: limits.values }
    }

    /// Counts one value: each costs memory in the language that asks, however short it
    /// is on the wire.
    fn count(&mut self) -> Result<(), Error> {
        self.values_left = self.values_left.checked_sub(1).ok_or_else(|| {
            Error::new(ErrorKind::ResponseTooLarge, "the answer has more values than allowed")
        })?;
        Ok(())
    }

    /// One level down, or an error when that is too deep.
    pub(crate) fn descend(&mut self) -> Result<(), Error> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or_else(too_deep)?;
        Ok(())
    }

    pub(crate) fn ascend(&mut self) {
        self.depth_left += 1;
    }

    pub(crate) fn peek(&mut self) -> Result<Peek, Error> {
        self.jiter.peek().map_err(broken)
    }

    /// Steps over one value and says where it stood.
    pub(crate) fn skip(&mut self, peek: Peek) -> Result<(usize, usize), Error> {
        self.count()?;
        let start = self.jiter.current_index();
        match peek {
            Peek::Array => {
                self.descend()?;
                let mut next = self.jiter.known_array().map_err(broken)?;
                while let Some(item) = next {
                    self.skip(item)?;
                    next = self.jiter.array_step().map_err(broken)?;
                }
                self.ascend();
            }
            Peek::Object => {
                self.descend()?;
                // Keys are compared nowhere here, so they need not be unescaped.
                let mut more = self.jiter.next_object_bytes().map_err(broken)?.is_some();
                while more {
                    let value = self.peek()?;
                    self.skip(value)?;
                    more = self.jiter.next_key_bytes().map_err(broken)?.is_some();
                }
                self.ascend();
            }
            scalar => self.jiter.known_skip(scalar).map_err(broken)?,
        }
        Ok((start, self.jiter.current_index()))
    }

    /// Reads one value without a schema.
    pub(crate) fn value<S: Sink>(
        &mut self,
        peek: Peek,
        sink: &mut S,
    ) -> Result<S::Value, S::Error> {
        self.count()?;
        match peek {
            Peek::Null => {
                self.jiter.known_null().map_err(broken)?;
                sink.null()
            }
            Peek::True | Peek::False => sink.boolean(self.jiter.known_bool(peek).map_err(broken)?),
            Peek::String => sink.text(self.jiter.known_str().map_err(broken)?),
            Peek::Array => {
                self.descend()?;
                let mut list = sink.begin_list()?;
                let mut next = self.jiter.known_array().map_err(broken)?;
                while let Some(item) = next {
                    sink.before_item(&mut list)?;
                    let value = self.value(item, sink)?;
                    sink.item(&mut list, value)?;
                    next = self.jiter.array_step().map_err(broken)?;
                }
                self.ascend();
                sink.end_list(list)
            }
            Peek::Object => {
                self.descend()?;
                let mut object = sink.begin_object(None)?;
                let mut key = self.jiter.known_object().map_err(broken)?;
                while let Some(name) = key {
                    sink.key(&mut object, Key::Extra(name))?;
                    let peek = self.peek()?;
                    let value = self.value(peek, sink)?;
                    sink.value(&mut object, value)?;
                    key = self.jiter.next_key().map_err(broken)?;
                }
                self.ascend();
                sink.end_object(object)
            }
            number => self.number(number, sink),
        }
    }

    fn number<S: Sink>(&mut self, peek: Peek, sink: &mut S) -> Result<S::Value, S::Error> {
        let digits = self.jiter.known_number_bytes(peek).map_err(broken)?;
        let digits = std::str::from_utf8(digits).map_err(|_| not_json("a number is not text"))?;
        emit_number(digits, sink)
    }

    /// Nothing but white space may follow.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.jiter.finish().map_err(broken)
    }
}

/// Hands a number over in the form that keeps every digit.
pub(crate) fn emit_number<S: Sink>(digits: &str, sink: &mut S) -> Result<S::Value, S::Error> {
    // "-0" is a number of its own, which an integer would lose.
    match digits.parse::<i64>() {
        Ok(value) if digits != "-0" => sink.integer(value),
        _ => sink.number(digits),
    }
}

/// Whether a text is a number as JSON writes them.
pub(crate) fn is_number(text: &str) -> bool {
    let mut jiter = Jiter::new(text.as_bytes());
    let numeric = matches!(text.as_bytes().first(), Some(b'-' | b'0'..=b'9'));
    numeric && jiter.next_number_bytes().is_ok_and(|n| n.len() == text.len())
}

pub(crate) fn too_deep() -> Error {
    Error::new(ErrorKind::ResponseTooLarge, "the answer is nested deeper than allowed")
}

fn not_json(what: &str) -> Error {
    Error::unexpected(format!("the answer is not JSON: {what}"))
}

/// A parser's complaint as our error. Its text names positions, never content.
pub(crate) fn broken(error: JiterError) -> Error {
    match &error.error_type {
        JiterErrorType::JsonError(JsonErrorType::RecursionLimitExceeded) => too_deep(),
        other => not_json(&format!("{other} at byte {}", error.index)),
    }
}

/// Replaces lone surrogates (`\ud83d` without its other half), which are JSON by
/// grammar but no text, by U+FFFD. Gives nothing when there are none.
pub(crate) fn without_lone_surrogates(text: &str) -> Option<String> {
    let hex = |at: usize| u16::from_str_radix(text.get(at + 2..at + 6)?, 16).ok();
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let unit = text.get(at..at + 2).filter(|escape| *escape == "\\u").and_then(|_| hex(at));
        let pair = text.get(at + 6..at + 8).filter(|escape| *escape == "\\u");
        let low = pair.and_then(|_| hex(at + 6));
        at += match unit {
            Some(0xD800..=0xDBFF) if matches!(low, Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                lone.push(at);
                6
            }
            Some(_) => 6,
            None => 2,
        };
    }
    if lone.is_empty() {
        return None;
    }
    let mut mended = String::with_capacity(text.len());
    let mut from = 0;
    for at in lone {
        mended.push_str(text.get(from..at)?);
        mended.push_str("\\ufffd");
        from = at + 6;
    }
    mended.push_str(text.get(from..)?);
    Some(mended)
}

/// Builds `serde_json` values, digits kept.
pub(crate) struct Values;

impl Sink for Values {
    type Value = serde_json::Value;
    type List = Vec<serde_json::Value>;
    type Object = (String, serde_json::Map<String, serde_json::Value>);
    type Error = Error;

    fn null(&mut self) -> Result<Self::Value, Error> {
        Ok(serde_json::Value::Null)
    }

    fn boolean(&mut self, value: bool) -> Result<Self::Value, Error> {
        Ok(value.into())
    }

    fn integer(&mut self, value: i64) -> Result<Self::Value, Error> {
        Ok(value.into())
    }

    fn number(&mut self, digits: &str) -> Result<Self::Value, Error> {
        Ok(serde_json::Number::from_string_unchecked(digits.to_owned()).into())
    }

    fn text(&mut self, text: &str) -> Result<Self::Value, Error> {
        Ok(text.into())
    }

    fn begin_list(&mut self) -> Result<Self::List, Error> {
        Ok(Vec::new())
    }

    fn before_item(&mut self, _: &mut Self::List) -> Result<(), Error> {
        Ok(())
    }

    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Error> {
        list.push(value);
        Ok(())
    }

    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, Error> {
        Ok(list.into())
    }

    fn begin_object(&mut self, _: Option<&'static Model>) -> Result<Self::Object, Error> {
        Ok(Default::default())
    }

    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Error> {
        object.0 = match key {
            Key::Field(_, field) => field.name.to_owned(),
            Key::Extra(name) => name.to_owned(),
            Key::Originals => ORIGINALS.to_owned(),
        };
        Ok(())
    }

    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Error> {
        let key = std::mem::take(&mut object.0);
        object.1.insert(key, value);
        Ok(())
    }

    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Error> {
        Ok(object.1.into())
    }
}

/// The key under which [`Values`] keeps what [`Key::Originals`] holds. No JSON key of
/// the API starts with a NUL.
pub(crate) const ORIGINALS: &str = "\0originals";

#[cfg(test)]
mod tests {
    use super::*;

    fn shallow() -> Limits {
        Limits { depth: 8, values: 20, ..Limits::default() }
    }

    fn read(text: &str) -> Result<serde_json::Value, Error> {
        let mut reader = Reader::new(text.as_bytes(), shallow());
        let peek = reader.peek()?;
        let value = reader.value(peek, &mut Values)?;
        reader.finish()?;
        Ok(value)
    }

    #[test]
    fn numbers_keep_every_digit() {
        let text = r#"[9007199254740993,18446744073709551616,10000.0,1e400,-0,-5]"#;
        assert_eq!(read(text).unwrap().to_string(), text);
    }

    #[test]
    fn depth_is_bounded_while_reading_and_while_stepping_over() {
        let deep = "[".repeat(9) + &"]".repeat(9);
        assert_eq!(read(&deep).unwrap_err().kind, ErrorKind::ResponseTooLarge);
        let mut reader = Reader::new(deep.as_bytes(), shallow());
        let peek = reader.peek().unwrap();
        assert_eq!(reader.skip(peek).unwrap_err().kind, ErrorKind::ResponseTooLarge);
        assert!(read(&("[".repeat(8) + &"]".repeat(8))).is_ok());
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));
        assert!(read(&list(19)).is_ok());
        assert_eq!(read(&list(20)).unwrap_err().kind, ErrorKind::ResponseTooLarge);
    }

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_are_kept() {
        assert_eq!(without_lone_surrogates(r#""\ud83d\ude00 \\ud83d é""#), None);
        assert_eq!(
            without_lone_surrogates(r#""\ud83d x \ude00\ud83d\ude00\ud83d""#).unwrap(),
            r#""\ufffd x \ufffd\ud83d\ude00\ufffd""#
        );
    }

    #[test]
    fn numeric_text_is_told_from_other_text() {
        assert!(is_number("10000") && is_number("-1.5e3"));
        assert!(!is_number("10 000") && !is_number("") && !is_number("1.") && !is_number("NaN"));
    }
}
