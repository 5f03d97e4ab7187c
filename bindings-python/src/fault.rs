//! Errors on their way to Python: the core's, which become the class of `lomi.errors`
//! that bears their kind's name, and Python's own, which pass through.

use lomi::{Attempt, Error, ErrorKind, Reply};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::values::plain;

/// What a native call can raise.
pub(crate) enum Fault {
    /// The core refused or failed.
    Core(Error),
    /// Python raised: a signal handler, or a constructor of ours.
    Python(PyErr),
}

impl Fault {
    /// The same where a response had come already, whose values could not be handed over.
    pub(crate) fn after(self, reply: &Reply) -> Self {
        match self {
            Self::Core(error) => Self::Core(reply.unusable(error)),
            python => python,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Python(error) => error,
            Fault::Core(error) => Python::attach(|py| raise(py, &error)),
        }
    }
}

/// The Python exception for an error of the core.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    match exception(py, error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(broken) => broken,
    }
}

fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let class = py.import("lomi.errors")?.getattr(error.kind.class_name())?;
    let facts = PyDict::new(py);
    facts.set_item("message", &error.message)?;
    facts.set_item("server_message", error.server_message.as_deref())?;
    facts.set_item("status", error.status)?;
    facts.set_item("code", error.code.as_deref())?;
    let details = error.details.as_ref().map(|details| plain(py, details));
    facts.set_item("details", details.transpose()?)?;
    facts.set_item("body", error.body.as_ref().map(|body| PyBytes::new(py, body)))?;
    facts.set_item("headers", PyList::new(py, &error.headers)?)?;
    facts.set_item("request_id", error.request_id.as_deref())?;
    facts.set_item("idempotency_key", error.idempotency_key.as_deref())?;
    facts.set_item("attempts", error.attempts)?;
    facts.set_item("history", history(py, &error.history)?)?;
    facts.set_item("outcome", error.outcome.as_str())?;
    facts.set_item("outcome_unknown", error.is_outcome_unknown())?;
    facts.set_item("operation", error.operation.as_deref())?;
    facts.set_item("retry_after", error.retry_after.map(|pause| pause.as_secs_f64()))?;
    class.call_method1("_of", (facts,))
}

/// What each request of a call came to, as dictionaries.
pub(crate) fn history<'py>(py: Python<'py>, attempts: &[Attempt]) -> PyResult<Bound<'py, PyList>> {
    let all = PyList::empty(py);
    for attempt in attempts {
        let facts = PyDict::new(py);
        facts.set_item("method", attempt.method.as_str())?;
        facts.set_item("route", attempt.route.as_ref())?;
        facts.set_item("status", attempt.status)?;
        facts.set_item("failure", attempt.failure.map(ErrorKind::class_name))?;
        facts.set_item("milliseconds", attempt.elapsed.as_millis())?;
        facts.set_item("request_id", &attempt.request_id)?;
        all.append(facts)?;
    }
    Ok(all)
}

/// A wrong argument, told as the core tells them.
pub(crate) fn wrong(message: impl Into<String>) -> Fault {
    Fault::Core(Error::new(ErrorKind::Validation, message))
}

/// Runs what must not panic; a panic is a defect of ours and becomes a typed error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> PyResult<T> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(PyErr::from),
        Err(_) => Err(Fault::Core(Error::internal("the native library panicked")).into()),
    }
}
