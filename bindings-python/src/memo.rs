//! Texts that were just made into Python objects. The rows of a page say much of what
//! the row before said (a status, a currency, the merchant's own ids and addresses); to
//! hand out the same object again costs a comparison. Texts cannot be changed, so nobody
//! can tell. A memo lives as long as one answer is read.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// A longer text is not kept: it is rarely the same twice.
const LONGEST: usize = 96;
/// After so many different texts in a row, a field is taken to differ in every row.
const PATIENCE: u8 = 4;
/// The most names of plain dictionaries that are kept.
const MOST_NAMES: usize = 64;

/// The last text of one field.
#[derive(Default)]
pub(crate) struct Last<'py> {
    text: String,
    made: Option<Bound<'py, PyString>>,
    misses: u8,
}

impl<'py> Last<'py> {
    /// The text as a Python object: the last one, where it says the same.
    pub(crate) fn take(&mut self, py: Python<'py>, text: &str, word: bool) -> Bound<'py, PyString> {
        if let Some(made) = &self.made
            && self.text == text
        {
            self.misses = 0;
            return made.clone();
        }
        let made = make(py, text, word);
        if self.misses < PATIENCE && text.len() <= LONGEST {
            self.misses += 1;
            self.text.clear();
            self.text.push_str(text);
            self.made = Some(made.clone());
        }
        made
    }
}

/// A text as a Python object. The words of a small set are interned, so that every "XOF"
/// is one object.
pub(crate) fn make<'py>(py: Python<'py>, text: &str, word: bool) -> Bound<'py, PyString> {
    match word && text.len() <= 32 {
        true => PyString::intern(py, text),
        false => PyString::new(py, text),
    }
}

/// The names in plain dictionaries, in the order in which they were met.
#[derive(Default)]
pub(crate) struct Names<'py> {
    known: Vec<(String, Bound<'py, PyString>)>,
    /// Where the next name is looked for first: dictionaries repeat each other's order.
    next: usize,
}

impl<'py> Names<'py> {
    /// A name as a Python object, its hash worked out once.
    pub(crate) fn take(&mut self, py: Python<'py>, name: &str) -> Bound<'py, PyString> {
        let at = |at: usize| self.known.get(at).filter(|(known, _)| known == name);
        let found = match at(self.next) {
            Some((_, made)) => Some((self.next, made)),
            None => (0..self.known.len()).find_map(|n| Some((n, &at(n)?.1))),
        };
        if let Some((at, made)) = found {
            let made = made.clone();
            self.next = (at + 1) % self.known.len();
            return made;
        }
        let made = PyString::new(py, name);
        if self.known.len() < MOST_NAMES && name.len() <= LONGEST {
            self.known.push((name.to_owned(), made.clone()));
            self.next = 0;
        }
        made
    }
}
