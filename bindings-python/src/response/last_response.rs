//! `LastResponse`, which every object and every page carries.

use lomi::Response;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::exception::{guarded, history};
use crate::python_code;

/// The response behind an object: its status, its headers, and the attempts of the call.
#[pyclass(frozen, module = "lomi")]
pub(crate) struct LastResponse {
    /// HTTP status.
    #[pyo3(get)]
    status: u16,
    /// The id of the request: the server's, else ours.
    #[pyo3(get)]
    request_id: String,
    /// The idempotency key that every attempt carried.
    #[pyo3(get)]
    idempotency_key: Option<String>,
    /// How many requests were sent or tried.
    #[pyo3(get)]
    attempts: u32,
    /// What the caller should know about the response.
    #[pyo3(get)]
    warning: Option<String>,
    response: Response,
}

impl LastResponse {
    pub(crate) fn new(mut response: Response) -> Self {
        Self {
            status: response.status,
            request_id: std::mem::take(&mut response.request_id),
            idempotency_key: response.idempotency_key.take(),
            attempts: response.attempts,
            warning: response.warning(),
            response,
        }
    }

    /// The core's response.
    pub(crate) fn response(&self) -> &Response {
        &self.response
    }
}

#[pymethods]
impl LastResponse {
    /// Raises an error if the server asks again to confirm a call that was confirmed.
    fn check_confirmed(&self) -> PyResult<()> {
        guarded(|| Ok(self.response.check_confirmed()?))
    }

    /// The headers of the response, names in lower case; a mapping that ignores case.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pairs = PyList::empty(py);
        for (name, value) in &self.response.headers {
            pairs.append((name.as_str(), String::from_utf8_lossy(value.as_bytes())))?;
        }
        let module = python_code::import(py, c"lomi._headers")?;
        python_code::call(&module.getattr(pyo3::intern!(py, "Headers"))?, (pairs,))
    }

    /// Whether the server repeated an earlier response under the same idempotency key; None
    /// where it does not say.
    #[getter]
    fn replayed(&self) -> Option<bool> {
        self.response.replayed()
    }

    /// Each attempt of the call, as a dictionary.
    #[getter]
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        history(py, &self.response.history)
    }

    /// The raw body.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.response.body)
    }

    fn __repr__(&self) -> String {
        format!(
            "<LastResponse status={} request_id={:?} attempts={}>",
            self.status, self.request_id, self.attempts
        )
    }
}
