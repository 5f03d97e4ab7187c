//! The Python exception for each error. An error of the core becomes the class of
//! `lomi.errors` that has the name of its kind; an exception of Python's passes through.

use lomi::binding::Content;
use lomi::{Attempt, Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::convert::to_python::plain;
use crate::error::BindingError;
use crate::python_code;

impl From<BindingError> for PyErr {
    fn from(error: BindingError) -> Self {
        match error {
            BindingError::Python(error) => error,
            BindingError::Core(error) => Python::attach(|py| raise(py, &error)),
        }
    }
}

/// The Python exception for an error of the core.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    match exception(py, error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failed) => failed,
    }
}

fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("message", error.message())?;
    fields.set_item("server_message", error.server_message())?;
    if let Some(status) = error.status() {
        fields.set_item("status", status)?;
        fields.set_item("reason", reason_phrase(status))?;
    }
    fields.set_item("code", error.code())?;
    let details = error.details().map(|details| plain(py, details));
    fields.set_item("details", details.transpose()?)?;
    fields.set_item("body", error.body().map(|body| PyBytes::new(py, body)))?;
    fields.set_item("headers", PyList::new(py, error.headers())?)?;
    fields.set_item("request_id", error.request_id())?;
    fields.set_item("idempotency_key", error.idempotency_key())?;
    fields.set_item("attempts", error.attempts())?;
    fields.set_item("history", history(py, error.history())?)?;
    fields.set_item("outcome", error.outcome().as_str())?;
    fields.set_item("operation", error.operation())?;
    fields.set_item("retry_after", error.retry_after().map(|pause| pause.as_secs_f64()))?;
    if let Some(call) = error.unknown_call() {
        fields.set_item("unknown_call", call.to_json())?;
    }
    if let Some(Content::One(model, _)) = error.last().map(|last| &last.content) {
        fields.set_item("last", model.name)?;
    }
    let make = import_raise(py)?;
    python_code::call(make, (error.kind().class_name(), error.is_outcome_unknown(), fields))
}

/// The usual phrase for an HTTP status, such as "Not Found". Python's own table is in
/// `http.client`, whose import takes longer than a call.
#[pyfunction]
pub(crate) fn reason_phrase(status: u16) -> Option<&'static str> {
    http::StatusCode::from_u16(status).ok()?.canonical_reason()
}

/// The Python function that makes an exception.
pub(crate) fn import_raise(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = MAKE.get_or_try_init(py, || {
        let module = python_code::import(py, c"lomi._raise")?;
        python_code::attribute(&module, pyo3::intern!(py, "exception")).map(Bound::unbind)
    })?;
    Ok(make.bind(py))
}

/// Each attempt of a call, as a dictionary.
pub(crate) fn history<'py>(py: Python<'py>, attempts: &[Attempt]) -> PyResult<Bound<'py, PyList>> {
    let all = PyList::empty(py);
    for attempt in attempts {
        let fields = PyDict::new(py);
        fields.set_item("method", attempt.method.as_str())?;
        fields.set_item("route", attempt.route.as_ref())?;
        fields.set_item("status", attempt.status)?;
        fields.set_item("failure", attempt.failure.map(ErrorKind::class_name))?;
        fields.set_item("milliseconds", attempt.elapsed.as_millis())?;
        fields.set_item("request_id", &attempt.request_id)?;
        all.append(fields)?;
    }
    Ok(all)
}

/// Runs what must not panic. A panic is a defect of this crate and becomes a typed error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, BindingError>) -> PyResult<T> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(PyErr::from),
        Err(_) => Err(BindingError::Core(Error::internal("the native library panicked")).into()),
    }
}
