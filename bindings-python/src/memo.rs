//! Names that were just made into Python objects. Dictionaries of one answer mostly have
//! the same names; to hand out the same object again costs a comparison, and its hash was
//! worked out before. A memo lives as long as one answer is read.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// A longer text is not kept: it is rarely the same twice.
const LONGEST: usize = 96;
/// The most names that are kept.
const MOST_WORDS: usize = 64;

/// Names in the order in which they were met.
#[derive(Default)]
pub(crate) struct Words<'py> {
    known: Vec<(String, Bound<'py, PyString>)>,
    /// Where the next is looked for first: objects repeat each other's order.
    next: usize,
}

impl<'py> Words<'py> {
    /// A name as a Python object.
    pub(crate) fn take(&mut self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
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
        let made = PyString::new(py, text);
        if self.known.len() < MOST_WORDS && text.len() <= LONGEST {
            self.known.push((text.to_owned(), made.clone()));
            self.next = 0;
        }
        made
    }
}
