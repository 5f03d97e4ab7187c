//! Reads values.

use lomi::binding::MODELS;
use lomi::{Error, Map, Number, Value};

use super::{FALSE, INTEGER, LIST, MAP, NULL, NUMBER, OBJECT, STRING, TRUE};

/// Deeper values than any request or response may have.
const MAX_DEPTH: usize = 1000;

/// Reads values one after the other.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// The only value of some bytes.
pub(crate) fn value_of(bytes: &[u8]) -> Result<Value, Error> {
    Reader::new(bytes).value()
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let taken = *taken.ok_or_else(broken)?;
        self.at += N;
        Ok(taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        Ok(u8::from_be_bytes(self.take()?))
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        Ok(u16::from_be_bytes(self.take()?))
    }

    fn length(&mut self) -> Result<usize, Error> {
        usize::try_from(u32::from_be_bytes(self.take()?)).map_err(|_| broken())
    }

    /// A length and UTF-8, without a tag.
    pub(crate) fn text(&mut self) -> Result<&'b str, Error> {
        std::str::from_utf8(self.bytes()?).map_err(|_| broken())
    }

    /// A length and bytes, without a tag.
    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Error> {
        let length = self.length()?;
        let bytes = self.rest().get(..length).ok_or_else(broken)?;
        self.at += length;
        Ok(bytes)
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn value(&mut self) -> Result<Value, Error> {
        self.nested(MAX_DEPTH)
    }

    fn nested(&mut self, depth: usize) -> Result<Value, Error> {
        let depth = depth.checked_sub(1).ok_or_else(broken)?;
        let start = self.at;
        Ok(match self.u8()? {
            NULL => Value::Null,
            FALSE => false.into(),
            TRUE => true.into(),
            INTEGER => i64::from_be_bytes(self.take()?).into(),
            NUMBER => Number::from_string_unchecked(self.text()?.to_owned()).into(),
            STRING => self.text()?.into(),
            LIST => {
                let (_, count) = (self.length()?, self.length()?);
                let items = (0..count).map(|_| self.nested(depth));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            MAP => {
                let (_, count) = (self.length()?, self.length()?);
                let mut map = Map::new();
                for _ in 0..count {
                    let name = self.text()?.to_owned();
                    map.insert(name, self.nested(depth)?);
                }
                map.into()
            }
            OBJECT => self.object(start, depth)?.into(),
            _ => return Err(broken()),
        })
    }

    /// The fields of an object in the order in which the server sent them.
    fn object(&mut self, start: usize, depth: usize) -> Result<Map<String, Value>, Error> {
        let size = self.length()?;
        let end = self.at.checked_add(size).ok_or_else(broken)?;
        let model = *MODELS.get(usize::from(self.u16()?)).ok_or_else(broken)?;
        if usize::from(self.u16()?) != model.fields.len() {
            return Err(broken());
        }
        let mut places = Vec::new();
        for field in model.fields {
            match self.length()? {
                0 => {}
                place => places.push((start + place, field.name)),
            }
        }
        let mut extra = self.length()?;
        while extra != 0 {
            self.at = start + extra;
            let next = self.length()?;
            let name = self.text()?;
            places.push((self.at, name));
            // Each extra field stands behind the one before it.
            if next != 0 && next <= extra {
                return Err(broken());
            }
            extra = next;
        }
        places.sort_unstable();
        let mut map = Map::with_capacity(places.len());
        for (place, name) in places {
            self.at = place;
            map.insert(name.to_owned(), self.nested(depth)?);
        }
        self.at = end;
        Ok(map)
    }
}

/// Both halves of the bridge are of one version, so this is a defect.
fn broken() -> Error {
    Error::internal("the bytes of a call or a result are not complete")
}
