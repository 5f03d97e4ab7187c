//! A value of the core as JSON that V8 reads fast and exactly: values as the core normalized
//! them, integers beyond 2^53 as strings. The notes add what this JSON cannot say: which strings
//! must become a bigint, and which values the server sent in another form.

use std::io::Write as _;

use lomi::Error;
use lomi::binding::{Key, RawJson, RawJsonSink, Sink};
use lomi::binding::{table::Field, table::Model};

use super::latin1::{quote, write_json};

/// Up to here a JavaScript number is exact.
const MAX_EXACT: u64 = 1 << 53;

/// Length after which the next row starts another string. V8 allocates strings above 128 kB
/// separately, which costs more than parsing them.
const CHUNK: usize = 48 * 1024;

/// Writes the value of one response.
#[derive(Default)]
pub(crate) struct JsonWriter {
    /// In Latin-1.
    pub(crate) json: Vec<u8>,
    /// Whether the values at the top level are the rows of a page.
    is_page: bool,
    /// The rows of a page before those in `json`.
    earlier: Vec<Vec<u8>>,
    /// A JSON list of `[path, note]` without its closing bracket; empty without notes.
    notes: Vec<u8>,
    frames: Vec<Frame>,
    /// Number of objects at the top level so far.
    rows: usize,
    /// Depth of original values; they get no notes.
    originals_depth: usize,
}

/// An object or list that is not complete yet.
enum Frame {
    Object {
        first: bool,
        /// Range of the current member's quoted name in the JSON.
        key: (usize, usize),
        /// Where the originals of this object start in the JSON, while they are written.
        originals: Option<usize>,
    },
    List {
        position: Option<usize>,
    },
}

impl JsonWriter {
    /// For a response of about `size` bytes.
    pub(crate) fn with_room(size: usize) -> Self {
        Self { json: Vec::with_capacity(size + size / 8 + 64), ..Self::default() }
    }

    /// For the rows of a page, a list without its closing bracket. A long one has several strings.
    pub(crate) fn list(size: usize) -> Self {
        let mut writer = Self::with_room(size.min(CHUNK + CHUNK / 4));
        writer.json.extend_from_slice(b"[");
        writer.is_page = true;
        writer
    }

    /// The strings before the last one, each of them a list of rows.
    pub(crate) fn earlier(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.earlier)
    }

    /// Starts an object at the top level.
    fn start_row(&mut self) {
        if self.is_page && self.json.len() >= CHUNK {
            self.json.push(b']');
            let next = Vec::with_capacity(CHUNK + CHUNK / 4);
            self.earlier.push(std::mem::replace(&mut self.json, next));
            self.json.push(b'[');
        } else if self.rows > 0 {
            self.json.push(b',');
        }
        self.rows += 1;
    }

    /// The notes as one JSON list.
    pub(crate) fn notes(&mut self) -> Option<Vec<u8>> {
        if self.notes.is_empty() {
            return None;
        }
        let mut notes = std::mem::take(&mut self.notes);
        notes.push(b']');
        Some(notes)
    }

    /// Adds a note at the current path.
    fn note(&mut self, note: &[u8]) {
        self.notes.push(if self.notes.is_empty() { b'[' } else { b',' });
        self.notes.extend_from_slice(b"[[");
        self.notes.extend_from_slice(self.rows.saturating_sub(1).to_string().as_bytes());
        for frame in &self.frames {
            match frame {
                Frame::Object { originals: Some(_), .. } | Frame::List { position: None } => {}
                Frame::Object { key: (start, end), .. } => {
                    if let Some(key) = self.json.get(*start..*end).filter(|key| !key.is_empty()) {
                        self.notes.push(b',');
                        self.notes.extend_from_slice(key);
                    }
                }
                Frame::List { position: Some(at) } => {
                    self.notes.push(b',');
                    self.notes.extend_from_slice(at.to_string().as_bytes());
                }
            }
        }
        self.notes.extend_from_slice(b"],");
        self.notes.extend_from_slice(note);
        self.notes.push(b']');
    }

    /// An integer that a JavaScript number cannot hold.
    fn big_integer(&mut self, digits: &str) {
        if self.originals_depth == 0 {
            self.note(b"0");
        }
        self.quoted(digits);
    }

    fn quoted(&mut self, string: &str) {
        quote(&mut self.json, string);
    }
}

impl Sink for JsonWriter {
    type Value = ();
    type List = ();
    type Object = ();
    type Error = Error;

    fn null(&mut self) -> Result<(), Error> {
        self.json.extend_from_slice(b"null");
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Error> {
        self.json.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn integer(&mut self, value: i64) -> Result<(), Error> {
        if value.unsigned_abs() > MAX_EXACT {
            self.big_integer(&value.to_string());
            return Ok(());
        }
        write!(self.json, "{value}").map_err(|e| Error::internal(e.to_string()))
    }

    fn number(&mut self, digits: &str) -> Result<(), Error> {
        if is_whole(digits) {
            self.big_integer(digits);
        } else if digits.parse::<f64>().is_ok_and(f64::is_finite) {
            self.json.extend_from_slice(digits.as_bytes());
        } else {
            // JSON.parse would read it as Infinity.
            self.quoted(digits);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        self.quoted(text);
        Ok(())
    }

    fn begin_list(&mut self) -> Result<(), Error> {
        self.json.push(b'[');
        self.frames.push(Frame::List { position: None });
        Ok(())
    }

    fn before_item(&mut self, (): &mut ()) -> Result<(), Error> {
        if let Some(Frame::List { position }) = self.frames.last_mut() {
            let next = position.map_or(0, |at| at + 1);
            *position = Some(next);
            if next > 0 {
                self.json.push(b',');
            }
        }
        Ok(())
    }

    fn item(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        Ok(())
    }

    fn end_list(&mut self, (): ()) -> Result<(), Error> {
        self.frames.pop();
        self.json.push(b']');
        Ok(())
    }

    fn begin_object(&mut self, _: Option<&'static Model>) -> Result<(), Error> {
        if self.frames.is_empty() {
            self.start_row();
        }
        self.json.push(b'{');
        self.frames.push(Frame::Object { first: true, key: (0, 0), originals: None });
        Ok(())
    }

    fn key(&mut self, (): &mut (), key: Key<'_>) -> Result<(), Error> {
        let Some(Frame::Object { first, key: range, originals }) = self.frames.last_mut() else {
            return Ok(());
        };
        if matches!(key, Key::Originals) {
            *originals = Some(self.json.len());
            self.originals_depth += 1;
            return Ok(());
        }
        if !*first {
            self.json.push(b',');
        }
        *first = false;
        let start = self.json.len();
        match key {
            Key::Field(_, Field { name, .. }) => {
                self.json.push(b'"');
                self.json.extend_from_slice(name.as_bytes());
                self.json.push(b'"');
            }
            Key::Extra(name) => quote(&mut self.json, name),
            Key::Originals => {}
        }
        *range = (start, self.json.len());
        self.json.push(b':');
        Ok(())
    }

    fn value(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        if let Some(Frame::Object { originals, key, .. }) = self.frames.last_mut()
            && let Some(start) = originals.take()
        {
            // The path of this note ends at the object itself.
            *key = (0, 0);
            self.originals_depth -= 1;
            let values = self.json.split_off(start);
            if self.originals_depth == 0 {
                self.note(&values);
            }
        }
        Ok(())
    }

    fn end_object(&mut self, (): ()) -> Result<(), Error> {
        self.frames.pop();
        self.json.push(b'}');
        Ok(())
    }
}

impl RawJsonSink for JsonWriter {
    fn reads_integer(&self, number: i64) -> bool {
        number.unsigned_abs() <= MAX_EXACT
    }

    fn reads_number(&self, digits: &str) -> bool {
        !is_whole(digits) && digits.parse::<f64>().is_ok_and(f64::is_finite)
    }

    fn raw_json(&mut self, value: RawJson<'_>) -> Result<(), Error> {
        self.start_row();
        let open = if value.added.is_empty() { None } else { value.text.strip_suffix('}') };
        let Some(open) = open else {
            write_json(&mut self.json, value.text);
            return Ok(());
        };
        write_json(&mut self.json, open);
        for (name, text) in value.added {
            self.json.extend_from_slice(b",\"");
            self.json.extend_from_slice(name.as_bytes());
            self.json.extend_from_slice(b"\":");
            write_json(&mut self.json, text);
        }
        self.json.push(b'}');
        Ok(())
    }
}

/// Whether digits are an integer; "-0" is not, because a bigint has no negative zero.
fn is_whole(digits: &str) -> bool {
    digits.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) && digits != "-0"
}
