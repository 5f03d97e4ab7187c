//! Compares the parser with Python's over thousands of documents: both must refuse the same ones
//! and read the others equally, to the last digit.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::json::Values;
use crate::json::document::*;
use crate::limits::Limits;

/// How many documents are made, and how many times each is changed.
const DOCUMENTS: usize = 1500;
const MUTATIONS: usize = 5;

/// A generator of the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn space(&mut self, out: &mut String) {
        out.push_str(match self.below(12) {
            0 => " ",
            1 => "\n",
            2 => "\t \r\n",
            _ => "",
        });
    }

    fn string(&mut self, out: &mut String) {
        out.push('"');
        for _ in 0..self.below(6) {
            out.push_str(self.pick(IN_STRINGS));
        }
        out.push('"');
    }

    fn number(&mut self, out: &mut String) {
        out.push_str(self.pick(&["", "", "-"]));
        match self.below(4) {
            0 => out.push_str(self.pick(&["0", "9223372036854775807", "9223372036854775808"])),
            1 => write!(out, "{}{}", 1 + self.below(9), "7".repeat(self.below(30))).unwrap(),
            _ => write!(out, "{}", self.below(1_000_000)).unwrap(),
        }
        if self.below(3) == 0 {
            write!(out, ".{}{}", self.below(1000), "0".repeat(self.below(3))).unwrap();
        }
        if self.below(4) == 0 {
            out.push_str(self.pick(&["e", "E", "e+", "E-", "e-"]));
            write!(out, "{}", self.below(1000)).unwrap();
        }
    }

    fn value(&mut self, depth: usize, out: &mut String) {
        self.space(out);
        match self.below(if depth == 0 { 5 } else { 9 }) {
            0 => out.push_str(self.pick(&["null", "true", "false"])),
            1 | 2 => self.number(out),
            3 | 4 => self.string(out),
            5 | 6 => {
                out.push('[');
                for nth in 0..self.below(5) {
                    out.push_str(if nth > 0 { "," } else { "" });
                    self.value(depth - 1, out);
                }
                out.push(']');
            }
            _ => {
                out.push('{');
                for nth in 0..self.below(5) {
                    out.push_str(if nth > 0 { "," } else { "" });
                    self.space(out);
                    self.string(out);
                    self.space(out);
                    out.push(':');
                    self.value(depth - 1, out);
                }
                out.push('}');
            }
        }
        self.space(out);
    }

    /// The document with parts inserted, removed or repeated.
    fn broken(&mut self, document: &str) -> String {
        let mut characters: Vec<char> = document.chars().collect();
        for _ in 0..1 + self.below(3) {
            let at = self.below(characters.len() + 1);
            let end = (at + self.below(6)).min(characters.len());
            match self.below(5) {
                0 => drop(characters.splice(at..at, self.pick(PUT_IN).chars())),
                1 => drop(characters.splice(at..end, self.pick(PUT_IN).chars())),
                2 => drop(characters.drain(at..end)),
                3 => {
                    let twice = characters[at..end].to_vec();
                    drop(characters.splice(at..at, twice));
                }
                _ => characters.truncate(at),
            }
        }
        characters.into_iter().collect()
    }
}

const IN_STRINGS: &[&str] = &[
    "a",
    "id",
    "amount",
    "longer than eight bytes",
    " ",
    "é",
    "’",
    "😀",
    "\u{7f}",
    "\u{2028}",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b\\f\\r\\t",
    "\\u0041",
    "\\u00e9",
    "\\u0000",
    "\\u001F",
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "\\uffff",
    "{",
    "]",
    ",",
    ":",
    "$serde_json::private::Number",
];

const PUT_IN: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "1",
    "-",
    "+",
    ".",
    "e",
    "E5",
    "01",
    "1.",
    ".5",
    "null",
    "nul",
    "True",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x1",
    "'",
    "//",
    "/**/",
    "\u{0}",
    "\u{1}",
    "\u{1f}",
    "\n",
    "\u{b}",
    "\u{c}",
    "\u{a0}",
    "\u{85}",
    "\u{feff}",
    "\\u",
    "\\u12",
    "\\u+123",
    "\\ud800",
    "\\udc00",
    "\\ud800\\u0041",
    "\\x41",
    "\\'",
    "１",
    "_",
    "1e",
    "-0",
    "--1",
    " ",
    "\"a\":1",
    "\"a\":1,",
    "true",
    "é",
];

fn documents() -> Vec<String> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut all: Vec<String> = ["", " ", "\u{feff}1", "1 2", "{} x"].map(String::from).into();
    for digits in [4299, 4300, 4301] {
        all.push("9".repeat(digits));
        all.push(format!("[0.{}]", "1".repeat(digits - 2)));
    }
    for _ in 0..DOCUMENTS {
        let mut document = String::new();
        dice.value(4, &mut document);
        for _ in 0..MUTATIONS {
            all.push(dice.broken(&document));
        }
        all.push(document);
    }
    all
}

/// What Python reads, one line per document; `None` if there is no Python.
fn read_by_python(documents: &[String]) -> Option<String> {
    let program = Command::new("python3")
        .args(["-X", "utf8", "-c", include_str!("compared.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut program = match program {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        program => program.unwrap(),
    };
    let mut lines = String::new();
    for document in documents {
        lines.extend(document.bytes().map(|byte| format!("{byte:02x}")));
        lines.push('\n');
    }
    let mut input = program.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = program.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "python3 ended with {}", output.status);
    Some(String::from_utf8(output.stdout).unwrap())
}

fn text_of(document: Result<Document, Error>) -> String {
    match document.and_then(|document| document.whole(&mut Values)) {
        Ok(value) => value.to_string().bytes().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => "refused".into(),
    }
}

#[test]
fn documents_are_read_as_python_reads_them() {
    let documents = documents();
    let Some(read) = read_by_python(&documents) else {
        eprintln!("there is no python3 to compare with");
        return;
    };
    let mut refused = 0;
    let mut halves = 0;
    assert_eq!(read.lines().count(), documents.len());
    for (document, line) in documents.iter().zip(read.lines()) {
        let (expected, half) = line.split_once(' ').unwrap_or((line, ""));
        let text = || ByteString::from(document.as_str());
        assert_eq!(text_of(Document::read(text(), Limits::default())), expected, "{document:?}");
        let strict = if half.is_empty() { expected } else { "refused" };
        let read = Document::read_strictly(text(), Limits::default());
        assert_eq!(text_of(read), strict, "{document:?}");
        refused += usize::from(expected == "refused");
        halves += usize::from(!half.is_empty());
    }
    // The documents are of both sorts, many of each.
    assert!(refused > 3000 && documents.len() - refused > 3000, "{refused}");
    assert!(halves > 10, "{halves}");
}
