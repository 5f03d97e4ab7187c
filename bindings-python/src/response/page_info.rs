//! One page of a list, as Python gets it.

use pyo3::prelude::*;
use pyo3::types::PyList;

/// The rows of a page and its place in the list. A number is None where the server does
/// not say it.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct PageInfo {
    rows: Py<PyList>,
    place: lomi::PageInfo,
}

impl PageInfo {
    pub(crate) fn new(rows: Bound<'_, PyList>, place: lomi::PageInfo) -> Self {
        Self { rows: rows.unbind(), place }
    }
}

#[pymethods]
impl PageInfo {
    /// The objects of this page.
    #[getter]
    fn rows(&self, py: Python<'_>) -> Py<PyList> {
        self.rows.clone_ref(py)
    }

    /// How many objects there are in all.
    #[getter]
    fn total(&self) -> Option<u64> {
        self.place.total
    }

    /// The most objects in a page.
    #[getter]
    fn limit(&self) -> Option<u64> {
        self.place.limit
    }

    /// How many objects lie before this page.
    #[getter]
    fn offset(&self) -> Option<u64> {
        self.place.offset
    }

    /// The number of this page, from 1.
    #[getter]
    fn page(&self) -> Option<u64> {
        self.place.page
    }

    /// How many pages there are.
    #[getter]
    fn total_pages(&self) -> Option<u64> {
        self.place.total_pages
    }

    /// Whether more pages follow.
    #[getter]
    fn has_more(&self) -> Option<bool> {
        self.place.has_more
    }

    /// Where the next page starts.
    #[getter]
    fn next_cursor(&self) -> Option<&str> {
        self.place.next_cursor.as_deref()
    }
}
