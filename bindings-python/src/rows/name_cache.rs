//! A cache of dictionary keys as Python strings. The dictionaries of one response mostly have
//! the same keys: to reuse a string costs one comparison, and its hash is computed already.
//! A cache exists as long as one response is read.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// A longer name is not cached: it is rarely the same twice.
const LONGEST: usize = 96;
/// The most names in the cache.
const MOST_NAMES: usize = 64;

/// Names in the order in which they came first.
#[derive(Default)]
pub(crate) struct NameCache<'py> {
    known: Vec<(String, Bound<'py, PyString>)>,
    /// Where the next name is looked up first: objects repeat each other's order.
    next: usize,
}

impl<'py> NameCache<'py> {
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
        if self.known.len() < MOST_NAMES && text.len() <= LONGEST {
            self.known.push((text.to_owned(), made.clone()));
            self.next = 0;
        }
        made
    }
}
