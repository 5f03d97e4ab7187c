//! The native half of the Python package `lomi`: one call, blocking or not, over the
//! core's table. What a user sees (classes, errors, names) is written in Python; this
//! crate moves values across and waits without holding the interpreter.

mod call;
mod client;
mod fault;
mod inbox;
mod input;
mod memo;
mod money;
mod pager;
mod reply;
mod shapes;
mod sink;
mod unread;
mod values;
mod webhook;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[pymodule]
fn _lomi(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", lomi::VERSION)?;
    module.add_class::<client::Client>()?;
    module.add_class::<inbox::Inbox>()?;
    module.add_class::<inbox::Flight>()?;
    module.add_class::<pager::Pager>()?;
    module.add_class::<reply::LastResponse>()?;
    module.add_class::<unread::Held>()?;
    module.add_class::<unread::Field>()?;
    module.add_class::<unread::Fields>()?;
    module.add_function(wrap_pyfunction!(reply::read, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::verify_webhook, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::sign_webhook, module)?)?;
    module.add_function(wrap_pyfunction!(money::money, module)?)?;
    module.add_function(wrap_pyfunction!(money::money_from_major, module)?)?;
    module.add_function(wrap_pyfunction!(money::key_for_order, module)?)?;
    module.add_function(wrap_pyfunction!(nearest, module)?)?;
    module.add("CALL_OPTIONS", PyTuple::new(module.py(), lomi::names::OPTIONS)?)?;
    module.add_function(wrap_pyfunction!(redact, module)?)
}

/// Takes every key and secret out of a text.
#[pyfunction]
fn redact(text: &str) -> String {
    lomi::redact(text)
}

/// The known name that was probably meant.
#[pyfunction]
fn nearest(name: &str, known: Vec<String>) -> Option<String> {
    lomi::names::suggestion(name, known.iter().map(String::as_str)).map(str::to_owned)
}
