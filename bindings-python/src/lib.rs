//! The native half of the Python package `lomi`: one call, blocking or not, over the
//! core's table. What a user sees (classes, errors, names) is written in Python; this
//! crate moves values across and waits without holding the interpreter.

mod call;
mod client;
mod fault;
mod inbox;
mod input;
mod pager;
mod reply;
mod shapes;
mod sink;

use pyo3::prelude::*;

#[pymodule]
fn _lomi(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", lomi::VERSION)?;
    module.add_class::<client::Client>()?;
    module.add_class::<inbox::Inbox>()?;
    module.add_class::<inbox::Flight>()?;
    module.add_class::<pager::Pager>()?;
    module.add_class::<reply::LastResponse>()?;
    module.add_function(wrap_pyfunction!(reply::read, module)?)?;
    module.add_function(wrap_pyfunction!(redact, module)?)?;
    module.add_function(wrap_pyfunction!(random_key, module)?)
}

/// Takes every key and secret out of a text.
#[pyfunction]
fn redact(text: &str) -> String {
    lomi::redact(text)
}

/// A fresh idempotency key, from the operating system's randomness.
#[pyfunction]
fn random_key() -> String {
    lomi::idempotency_key::random()
}
