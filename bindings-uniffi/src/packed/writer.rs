//! Writes values.

use lomi::Value;

use super::{FALSE, INTEGER, LIST, MAP, NULL, NUMBER, STRING, TRUE};

/// Writes values one after the other.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    pub(crate) fn null(&mut self) {
        self.bytes.push(NULL);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.bytes.push(if value { TRUE } else { FALSE });
    }

    pub(crate) fn integer(&mut self, value: i64) {
        self.bytes.push(INTEGER);
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn number(&mut self, digits: &str) {
        self.bytes.push(NUMBER);
        self.text(digits);
    }

    pub(crate) fn string(&mut self, string: &str) {
        self.bytes.push(STRING);
        self.text(string);
    }

    /// A length and UTF-8, without a tag.
    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn length(&mut self, length: usize) {
        self.bytes.extend_from_slice(&small(length).to_be_bytes());
    }

    /// Overwrites the four bytes at `at`.
    pub(crate) fn set(&mut self, at: usize, number: usize) {
        if let Some(place) = self.bytes.get_mut(at..at + 4) {
            place.copy_from_slice(&small(number).to_be_bytes());
        }
    }

    /// Starts a list, and returns where its size stands.
    pub(crate) fn begin_list(&mut self) -> usize {
        self.begin(LIST)
    }

    /// Starts a map, and returns where its size stands.
    pub(crate) fn begin_map(&mut self) -> usize {
        self.begin(MAP)
    }

    fn begin(&mut self, tag: u8) -> usize {
        self.bytes.push(tag);
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 8]);
        at
    }

    /// Ends a list or a map of `count` values.
    pub(crate) fn end(&mut self, at: usize, count: usize) {
        self.set(at, self.bytes.len() - at - 4);
        self.set(at + 4, count);
    }

    pub(crate) fn map(&mut self, write: impl FnOnce(&mut MapWriter<'_>)) {
        let at = self.begin_map();
        let mut map = MapWriter { writer: self, count: 0 };
        write(&mut map);
        let count = map.count;
        self.end(at, count);
    }

    pub(crate) fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        let at = self.begin_list();
        items.iter().for_each(|item| write(self, item));
        self.end(at, items.len());
    }

    pub(crate) fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.null(),
            Value::Bool(value) => self.boolean(*value),
            Value::Number(number) => match number.as_i64() {
                Some(value) => self.integer(value),
                None => self.number(&number.to_string()),
            },
            Value::String(string) => self.string(string),
            Value::Array(items) => self.list(items, Self::value),
            Value::Object(fields) => self.map(|map| {
                for (name, value) in fields {
                    map.name(name).value(value);
                }
            }),
        }
    }
}

/// Writes the entries of a map. An entry without a value is left out.
pub(crate) struct MapWriter<'w> {
    writer: &'w mut Writer,
    count: usize,
}

impl MapWriter<'_> {
    /// Writes a name, whose value is written next.
    pub(crate) fn name(&mut self, name: &str) -> &mut Writer {
        self.count += 1;
        self.writer.text(name);
        self.writer
    }

    pub(crate) fn string(&mut self, name: &str, string: Option<&str>) {
        if let Some(string) = string {
            self.name(name).string(string);
        }
    }

    pub(crate) fn boolean(&mut self, name: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.name(name).boolean(value);
        }
    }

    pub(crate) fn integer(&mut self, name: &str, integer: Option<impl TryInto<i64>>) {
        if let Some(integer) = integer {
            self.name(name).integer(integer.try_into().unwrap_or(i64::MAX));
        }
    }

    /// A number of seconds.
    pub(crate) fn seconds(&mut self, name: &str, time: Option<std::time::Duration>) {
        if let Some(time) = time {
            self.name(name).number(&time.as_secs_f64().to_string());
        }
    }
}

/// Nothing here reaches 4 GiB: the limit of a response in memory is far below.
fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
