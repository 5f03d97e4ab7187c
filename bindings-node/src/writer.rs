//! Writes an answer as JSON text that V8 reads fast and exactly: one byte per
//! character (whatever is beyond Latin-1 is escaped), values as the core evened them
//! out, integers beyond 2^53 as text. What the text alone cannot say stands in the
//! notes: where an integer has to become a bigint, and what the server really sent.

use lomi::schema::{Field, Model};
use lomi::{Error, Key, Sink};

/// The largest integer up to which a JavaScript number is exact.
const EXACT: u64 = 1 << 53;

/// The text of one answer.
#[derive(Default)]
pub(crate) struct Writer {
    /// Latin-1.
    pub(crate) text: Vec<u8>,
    /// A JSON list of `[path, what]`, open at its end; empty where there is none.
    notes: Vec<u8>,
    frames: Vec<Frame>,
    /// Objects at the top so far: the rows of a page.
    rows: usize,
    /// How many originals are being written: no notes within them.
    muted: usize,
}

/// One object or list that is being written.
enum Frame {
    Object { first: bool, key: (usize, usize), aside: Option<usize> },
    List { position: Option<usize> },
}

impl Writer {
    /// Starts inside a text that goes before the value.
    pub(crate) fn after(prefix: &str) -> Self {
        Self { text: prefix.as_bytes().to_vec(), ..Self::default() }
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

    fn note(&mut self, what: &[u8]) {
        self.notes.push(if self.notes.is_empty() { b'[' } else { b',' });
        self.notes.extend_from_slice(b"[[");
        self.notes.extend_from_slice(self.rows.saturating_sub(1).to_string().as_bytes());
        for frame in &self.frames {
            match frame {
                Frame::Object { aside: Some(_), .. } | Frame::List { position: None } => {}
                Frame::Object { key: (start, end), .. } => {
                    if let Some(key) = self.text.get(*start..*end).filter(|key| !key.is_empty()) {
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
        self.notes.extend_from_slice(what);
        self.notes.push(b']');
    }

    fn beyond(&mut self, digits: &str) {
        if self.muted == 0 {
            self.note(b"0");
        }
        self.quoted(digits);
    }

    fn quoted(&mut self, text: &str) {
        quote(&mut self.text, text);
    }
}

impl Sink for Writer {
    type Value = ();
    type List = ();
    type Object = ();
    type Error = Error;

    fn null(&mut self) -> Result<(), Error> {
        self.text.extend_from_slice(b"null");
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Error> {
        self.text.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn integer(&mut self, value: i64) -> Result<(), Error> {
        let digits = value.to_string();
        if value.unsigned_abs() > EXACT {
            self.beyond(&digits);
        } else {
            self.text.extend_from_slice(digits.as_bytes());
        }
        Ok(())
    }

    fn number(&mut self, digits: &str) -> Result<(), Error> {
        let whole = digits.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
        if whole && digits != "-0" {
            self.beyond(digits);
        } else if digits.parse::<f64>().is_ok_and(f64::is_finite) {
            self.text.extend_from_slice(digits.as_bytes());
        } else {
            // JSON.parse would make Infinity of it.
            self.quoted(digits);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        self.quoted(text);
        Ok(())
    }

    fn begin_list(&mut self) -> Result<(), Error> {
        self.text.push(b'[');
        self.frames.push(Frame::List { position: None });
        Ok(())
    }

    fn before_item(&mut self, (): &mut ()) -> Result<(), Error> {
        if let Some(Frame::List { position }) = self.frames.last_mut() {
            let next = position.map_or(0, |at| at + 1);
            *position = Some(next);
            if next > 0 {
                self.text.push(b',');
            }
        }
        Ok(())
    }

    fn item(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        Ok(())
    }

    fn end_list(&mut self, (): ()) -> Result<(), Error> {
        self.frames.pop();
        self.text.push(b']');
        Ok(())
    }

    fn begin_object(&mut self, _: Option<&'static Model>) -> Result<(), Error> {
        if self.frames.is_empty() {
            if self.rows > 0 {
                self.text.push(b',');
            }
            self.rows += 1;
        }
        self.text.push(b'{');
        self.frames.push(Frame::Object { first: true, key: (0, 0), aside: None });
        Ok(())
    }

    fn key(&mut self, (): &mut (), key: Key<'_>) -> Result<(), Error> {
        let Some(Frame::Object { first, key: span, aside }) = self.frames.last_mut() else {
            return Ok(());
        };
        if matches!(key, Key::Originals) {
            *aside = Some(self.text.len());
            self.muted += 1;
            return Ok(());
        }
        if !*first {
            self.text.push(b',');
        }
        *first = false;
        let start = self.text.len();
        match key {
            Key::Field(_, Field { name, .. }) => {
                self.text.push(b'"');
                self.text.extend_from_slice(name.as_bytes());
                self.text.push(b'"');
            }
            Key::Extra(name) => quote(&mut self.text, name),
            Key::Originals => {}
        }
        *span = (start, self.text.len());
        self.text.push(b':');
        Ok(())
    }

    fn value(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        if let Some(Frame::Object { aside, key, .. }) = self.frames.last_mut()
            && let Some(start) = aside.take()
        {
            // The path of the note ends at the object itself.
            *key = (0, 0);
            self.muted -= 1;
            let originals = self.text.split_off(start);
            if self.muted == 0 {
                self.note(&originals);
            }
        }
        Ok(())
    }

    fn end_object(&mut self, (): ()) -> Result<(), Error> {
        self.frames.pop();
        self.text.push(b'}');
        Ok(())
    }
}

/// Writes a text in quotes, as Latin-1.
pub(crate) fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let plain = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
        let (before, from) = rest.split_at(plain);
        out.extend_from_slice(before);
        let Some(first) = from.first() else { break };
        if first.is_ascii() {
            match first {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                control => unit(out, u16::from(*control)),
            }
            rest = from.get(1..).unwrap_or_default();
        } else {
            // `from` starts where a character starts: all before it was ASCII.
            let tail = std::str::from_utf8(from).unwrap_or_default();
            let Some(letter) = tail.chars().next() else { break };
            match u8::try_from(u32::from(letter)) {
                Ok(latin) => out.push(latin),
                Err(_) => letter.encode_utf16(&mut [0; 2]).iter().for_each(|u| unit(out, *u)),
            }
            rest = from.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    out.push(b'"');
}

const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte < 0x80 && byte != b'"' && byte != b'\\'
}

fn unit(out: &mut Vec<u8>, unit: u16) {
    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
}
