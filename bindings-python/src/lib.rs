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
use pyo3::types::{PyString, PyTuple};

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
    module.add_class::<webhook::ReplayMemory>()?;
    module.add("WEBHOOK_MAX_BODY", lomi::webhook::MAX_BODY)?;
    module.add_function(wrap_pyfunction!(reply::payment_required, module)?)?;
    module.add_function(wrap_pyfunction!(reply::read, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::verify_webhook, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::sign_webhook, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::replay_key, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::webhook_refusal, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::webhook_body_too_large, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::webhook_body_already_read, module)?)?;
    module.add_function(wrap_pyfunction!(money::money, module)?)?;
    module.add_function(wrap_pyfunction!(money::money_from_major, module)?)?;
    module.add_function(wrap_pyfunction!(money::key_for_order, module)?)?;
    module.add_function(wrap_pyfunction!(check_client_headers, module)?)?;
    module.add_function(wrap_pyfunction!(nearest, module)?)?;
    module.add_function(wrap_pyfunction!(log_is_asked_for, module)?)?;
    module.add("CALL_OPTIONS", PyTuple::new(module.py(), lomi::names::OPTIONS)?)?;
    module.add_function(wrap_pyfunction!(redact, module)?)
}

/// Refuses a fixed idempotency key among the headers of every call of a client.
#[pyfunction]
fn check_client_headers(names: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
    let names = names.iter().map(|name| call::text("the name of a header", name));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let checked = lomi::check_client_headers(names.iter().map(String::as_str));
    Ok(checked.map_err(fault::Fault::from)?)
}

/// Whether this value of `LOMI_LOG` asks for a log.
#[pyfunction]
fn log_is_asked_for(value: &Bound<'_, PyString>) -> bool {
    lomi::log::is_asked_for(Some(&value.to_string_lossy()))
}

/// Takes every key and secret out of a text.
#[pyfunction]
fn redact(text: &Bound<'_, PyString>) -> String {
    lomi::redact(&text.to_string_lossy())
}

/// The known name that was probably meant.
#[pyfunction]
fn nearest(name: &Bound<'_, PyString>, known: Vec<String>) -> Option<String> {
    lomi::names::suggestion(&name.to_string_lossy(), known.iter().map(String::as_str))
        .map(str::to_owned)
}
