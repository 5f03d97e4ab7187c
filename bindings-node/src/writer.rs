//! Writes an answer as JSON text that V8 reads fast and exactly: one byte per
//! character (whatever is beyond Latin-1 is escaped), values as the core evened them
//! out, integers beyond 2^53 as text. What the text alone cannot say stands in the
//! notes: where an integer has to become a bigint, and what the server really sent.

use std::io::Write as _;

use lomi::schema::{Field, Model};
use lomi::{Error, Key, Sink, TextSink, Written};

/// The largest integer up to which a JavaScript number is exact.
const EXACT: u64 = 1 << 53;

/// How long a text may be before the next row starts another: V8 gives texts above 128 kB
/// memory of their own, page by page, which costs more than reading them.
const CHUNK: usize = 48 * 1024;

/// The text of one answer.
#[derive(Default)]
pub(crate) struct Writer {
    /// Latin-1.
    pub(crate) text: Vec<u8>,
    /// What is at the top are the rows of a page.
    rows_open: bool,
    earlier: Vec<Vec<u8>>,
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
    Object {
        first: bool,
        /// Where the quoted name of the value that is being written stands.
        key: (usize, usize),
        /// Where the originals start that are being written.
        aside: Option<usize>,
    },
    List {
        position: Option<usize>,
    },
}

impl Writer {
    /// Starts with room for about `size` bytes.
    pub(crate) fn with_room(size: usize) -> Self {
        Self { text: Vec::with_capacity(size + size / 8 + 64), ..Self::default() }
    }

    /// Starts a list of rows, which comes in several texts where it is long.
    pub(crate) fn list(size: usize) -> Self {
        let mut writer = Self::with_room(size.min(CHUNK + CHUNK / 4));
        writer.text.extend_from_slice(b"[");
        writer.rows_open = true;
        writer
    }

    /// The texts of the rows before the last one, each a list of its own.
    pub(crate) fn earlier(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.earlier)
    }

    /// An object at the top begins.
    fn row(&mut self) {
        if self.rows_open && self.text.len() >= CHUNK {
            self.text.push(b']');
            let next = Vec::with_capacity(CHUNK + CHUNK / 4);
            self.earlier.push(std::mem::replace(&mut self.text, next));
            self.text.push(b'[');
        } else if self.rows > 0 {
            self.text.push(b',');
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
        if value.unsigned_abs() > EXACT {
            self.beyond(&value.to_string());
            return Ok(());
        }
        write!(self.text, "{value}").map_err(|e| Error::internal(e.to_string()))
    }

    fn number(&mut self, digits: &str) -> Result<(), Error> {
        if is_whole(digits) {
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
            self.row();
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

impl TextSink for Writer {
    fn reads_integer(&self, number: i64) -> bool {
        number.unsigned_abs() <= EXACT
    }

    fn reads_number(&self, digits: &str) -> bool {
        !is_whole(digits) && digits.parse::<f64>().is_ok_and(f64::is_finite)
    }

    fn written(&mut self, value: Written<'_>) -> Result<(), Error> {
        self.row();
        let open = if value.added.is_empty() { None } else { value.text.strip_suffix('}') };
        let Some(open) = open else {
            latin1(&mut self.text, value.text);
            return Ok(());
        };
        latin1(&mut self.text, open);
        for (name, text) in value.added {
            self.text.extend_from_slice(b",\"");
            self.text.extend_from_slice(name.as_bytes());
            self.text.extend_from_slice(b"\":");
            latin1(&mut self.text, text);
        }
        self.text.push(b'}');
        Ok(())
    }
}

/// Whether digits are a whole number; "-0" is one that an integer cannot be.
fn is_whole(digits: &str) -> bool {
    digits.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) && digits != "-0"
}

/// Writes JSON as Latin-1. Letters of other alphabets stand in its texts only, where an
/// escape means the same.
fn latin1(out: &mut Vec<u8>, json: &str) {
    let mut rest = json;
    loop {
        let (before, from) = rest.split_at(ascii(rest.as_bytes()));
        out.extend_from_slice(before.as_bytes());
        let mut letters = from.chars();
        let Some(letter) = letters.next() else { break };
        match u8::try_from(u32::from(letter)) {
            Ok(latin) => out.push(latin),
            Err(_) => letter.encode_utf16(&mut [0; 2]).iter().for_each(|u| unit(out, *u)),
        }
        rest = letters.as_str();
    }
}

/// How many bytes at the start are ASCII.
fn ascii(bytes: &[u8]) -> usize {
    let blocks = bytes.as_chunks::<32>().0;
    let whole = blocks.iter().position(|block| !block.is_ascii()).unwrap_or(blocks.len());
    let rest = bytes.get(whole * 32..).unwrap_or_default();
    whole * 32 + rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len())
}

/// Writes a text in quotes, as Latin-1.
pub(crate) fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while !rest.is_empty() {
        let (before, from) = rest.split_at(plain(rest.as_bytes()));
        out.extend_from_slice(before.as_bytes());
        let mut letters = from.chars();
        let Some(letter) = letters.next() else { break };
        match (letter, u8::try_from(u32::from(letter))) {
            ('"' | '\\', _) => {
                out.push(b'\\');
                letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push(byte));
            }
            ('\n', _) => out.extend_from_slice(b"\\n"),
            (_, Ok(latin)) if latin >= 0x20 => out.push(latin),
            _ => letter.encode_utf16(&mut [0; 2]).iter().for_each(|u| unit(out, *u)),
        }
        rest = letters.as_str();
    }
    out.push(b'"');
}

/// How many bytes at the start can be copied as they are.
fn plain(bytes: &[u8]) -> usize {
    // Blocks of a fixed size are looked at many bytes at a time.
    let blocks = bytes.as_chunks::<32>().0;
    let whole = blocks
        .iter()
        .position(|block| !block.iter().fold(true, |plain, byte| plain & is_plain(*byte)))
        .unwrap_or(blocks.len());
    let rest = bytes.get(whole * 32..).unwrap_or_default();
    whole * 32 + rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len())
}

const fn is_plain(byte: u8) -> bool {
    (byte >= 0x20) & (byte < 0x80) & (byte != b'"') & (byte != b'\\')
}

/// One unit of UTF-16 as `\u1234`.
fn unit(out: &mut Vec<u8>, unit: u16) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(u32::from(unit >> shift & 0xf), 16).unwrap_or('0');
        out.push(u8::try_from(digit).unwrap_or(b'0'));
    }
}
