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
/// The most words that are kept.
const MOST_WORDS: usize = 64;

/// The last text of one field.
#[derive(Default)]
pub(crate) struct Last<'py> {
    text: String,
    made: Option<Bound<'py, PyString>>,
    misses: u8,
}

impl<'py> Last<'py> {
    /// The text as a Python object: the last one, where it says the same.
    pub(crate) fn take(&mut self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        if let Some(made) = &self.made
            && self.text == text
        {
            self.misses = 0;
            return made.clone();
        }
        let made = PyString::new(py, text);
        if self.misses < PATIENCE && text.len() <= LONGEST {
            self.misses += 1;
            self.text.clear();
            self.text.push_str(text);
            self.made = Some(made.clone());
        }
        made
    }
}

/// Texts that come again and again, in the order in which they were met: the names in
/// plain dictionaries, the words of small sets.
#[derive(Default)]
pub(crate) struct Words<'py> {
    known: Vec<(String, Bound<'py, PyString>)>,
    /// Where the next is looked for first: objects repeat each other's order.
    next: usize,
}

impl<'py> Words<'py> {
    /// A text as a Python object, its hash worked out once; made by `make` when it is new.
    pub(crate) fn take(
        &mut self,
        py: Python<'py>,
        text: &str,
        make: impl FnOnce(Python<'py>, &str) -> Bound<'py, PyString>,
    ) -> Bound<'py, PyString> {
        let at = |at: usize| self.known.get(at).filter(|(known, _)| known == text);
        let found = match at(self.next) {
            Some((_, made)) => Some((self.next, made)),
            None => (0..self.known.len()).find_map(|n| Some((n, &at(n)?.1))),
        };
        if let Some((at, made)) = found {
            let made = made.clone();
            self.next = (at + 1) % self.known.len();
            return made;
        }
        let made = make(py, text);
        if self.known.len() < MOST_WORDS && text.len() <= LONGEST {
            self.known.push((text.to_owned(), made.clone()));
            self.next = 0;
        }
        made
    }
}
