//! A call that blocks the thread that makes it, without holding the interpreter.

use std::sync::Arc;

use lomi::Response;
use lomi::binding::{Call, CallHandle, is_main_thread, run_blocking};
use pyo3::prelude::*;

use crate::call::thread_observer::ThreadObserver;
use crate::error::BindingError;
use crate::exception::raise;
use crate::python_code;

/// Makes a call and waits for it. A signal handler that raises ends the wait, and the call
/// with it; its exception then has a `lomi.CancelledError` as `__cause__`, which names the
/// idempotency key.
///
/// Signal handlers run on the main thread only. Another thread that is not observed does not
/// touch the interpreter until the response is there: it may have ended by then.
pub(crate) fn run(
    py: Python<'_>,
    mut call: Box<Call>,
    observer: Option<ThreadObserver>,
) -> Result<Response, BindingError> {
    let is_main = is_main_thread();
    if !is_main && observer.is_none() {
        return py.detach(|| run_blocking(call, || Ok(())).map(|response| *response));
    }
    let progress = call.progress();
    let observer = observer.map(Arc::new);
    if let Some(observer) = &observer {
        call.observe(Arc::clone(observer) as Arc<dyn lomi::Observer>);
    }
    let check = || match observer.as_ref().and_then(|observer| observer.take_raised()) {
        Some(raised) => Err(raised),
        None if is_main => Python::attach(|py| py.check_signals()),
        None => Ok(()),
    };
    let response = py.detach(|| run_blocking(call, || check().map_err(BindingError::Python)));
    let response = response.map(|response| *response);
    // A signal that came with the response would otherwise be raised later, where the
    // exception could no longer name this call.
    match response.and_then(|response| check().map(|()| response).map_err(BindingError::Python)) {
        Err(BindingError::Python(raised)) => Err(cancelled(py, raised, &progress).into()),
        result => result,
    }
}

/// Attaches the `CancelledError` of the call to the exception that ended the wait.
fn cancelled(py: Python<'_>, raised: PyErr, progress: &CallHandle) -> PyErr {
    let error = progress.cancelled();
    let cause = raise(py, &error).into_value(py);
    let attached = python_code::import(py, c"lomi._cancelled").and_then(|module| {
        let attach = python_code::attribute(&module, pyo3::intern!(py, "attach"))?;
        python_code::call(&attach, (raised.value(py), cause, error.is_outcome_unknown()))
    });
    match attached {
        Ok(_) => raised,
        Err(failed) => failed,
    }
}
