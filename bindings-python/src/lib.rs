//! The native half of the Python package `lomi`. It converts values between Python and the
//! core, and waits for calls without holding the interpreter. The classes and errors that
//! users see are Python code.

mod call;
mod client;
mod config;
mod convert;
mod error;
mod events;
mod exception;
mod model_set;
mod money;
mod offline;
mod python_code;
mod request;
mod response;
mod rows;
mod webhook;

use events::Wanted;
use lomi::Language;
use lomi::binding::messages;
use model_set::ModelSet;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

// A free-threaded Python turns its lock on for it: nobody has shown yet that it works without.
#[pymodule(gil_used = true)]
fn _lomi(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", lomi::VERSION)?;
    module.add_class::<client::Client>()?;
    module.add_class::<call::result_queue::ResultQueue>()?;
    module.add_class::<call::result_queue::Watcher>()?;
    module.add_class::<call::result_queue::CallHandle>()?;
    module.add_class::<response::pager::Pager>()?;
    module.add_class::<response::outcome_search::OutcomeSearch>()?;
    module.add_class::<response::reconciliation::Reconciliation>()?;
    module.add_class::<response::last_response::LastResponse>()?;
    module.add_class::<response::page_info::PageInfo>()?;
    module.add_class::<offline::Offline>()?;
    module.add_class::<rows::lazy_row::ModelBase>()?;
    module.add_class::<rows::fields::Field>()?;
    module.add_class::<rows::fields::FieldDict>()?;
    module.add_class::<rows::typed_fields::TypedField>()?;
    module.add_class::<rows::typed_fields::Moment>()?;
    module.add_class::<rows::typed_fields::Time>()?;
    module.add_class::<rows::typed_fields::Identifier>()?;
    module.add_function(wrap_pyfunction!(rows::fields::read_all_fields, module)?)?;
    module.add("DOCUMENTED_MODELS", ModelSet::DOCUMENTED)?;
    module.add("MODERN_MODELS", ModelSet::MODERN)?;
    module.add("PLAIN_DICTS", ModelSet::PLAIN)?;
    module.add_class::<events::RequestEvent>()?;
    module.add_class::<events::ResponseEvent>()?;
    module.add("WANTED_REQUESTS", Wanted::REQUESTS)?;
    module.add("WANTED_FAILURES", Wanted::FAILURES)?;
    module.add("WANTED_SUCCESSES", Wanted::SUCCESSES)?;
    module.add_class::<webhook::ReplayMemory>()?;
    module.add("WEBHOOK_MAX_BODY", lomi::webhook::MAX_BODY)?;
    module.add_function(wrap_pyfunction!(response::read::payment_required, module)?)?;
    module.add_function(wrap_pyfunction!(response::read::nothing_to_confirm, module)?)?;
    module.add_function(wrap_pyfunction!(response::read::read, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::verify_webhook, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::sign_webhook, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::replay_key, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::webhook_refusal, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::webhook_body_too_large, module)?)?;
    module.add_function(wrap_pyfunction!(webhook::webhook_body_already_read, module)?)?;
    module.add_function(wrap_pyfunction!(money::money, module)?)?;
    module.add_function(wrap_pyfunction!(money::money_from_major, module)?)?;
    module.add_function(wrap_pyfunction!(money::key_for_order, module)?)?;
    module.add_function(wrap_pyfunction!(exception::reason_phrase, module)?)?;
    module.add_function(wrap_pyfunction!(check_client_headers, module)?)?;
    module.add_function(wrap_pyfunction!(nearest, module)?)?;
    module.add_function(wrap_pyfunction!(log_is_asked_for, module)?)?;
    module.add("CALL_OPTIONS", PyTuple::new(module.py(), lomi::binding::names::OPTIONS)?)?;
    module.add_function(wrap_pyfunction!(message, module)?)?;
    module.add_function(wrap_pyfunction!(redact, module)?)
}

/// A sentence of the area `bindings` of the core's messages, in the language of `LOMI_LANG`.
#[pyfunction]
#[pyo3(signature = (name, /, **arguments))]
fn message(name: &str, arguments: Option<&Bound<'_, PyDict>>) -> PyResult<String> {
    let argument = |name: &str| {
        let value = arguments.and_then(|all| all.get_item(name).ok().flatten());
        value.map(|value| value.to_string()).unwrap_or_default()
    };
    let message = messages::by_name(name, argument);
    let message = message.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
    Ok(message.text(Language::of_environment()).to_owned())
}

/// Refuses a fixed idempotency key among the headers of every call of a client.
#[pyfunction]
fn check_client_headers(names: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
    let names = names.iter().map(|name| convert::strings::text(messages::name_of_header(), name));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let checked = lomi::binding::check_client_headers(names.iter().map(String::as_str));
    Ok(checked.map_err(error::BindingError::from)?)
}

/// Whether this value of `LOMI_LOG` asks for a log.
#[pyfunction]
fn log_is_asked_for(value: &Bound<'_, PyString>) -> bool {
    lomi::binding::log::is_enabled(Some(&value.to_string_lossy()))
}

/// Replaces every key and secret in a string.
#[pyfunction]
fn redact(text: &Bound<'_, PyString>) -> String {
    lomi::binding::redact(&text.to_string_lossy())
}

/// The known name that was probably meant.
#[pyfunction]
fn nearest(name: &Bound<'_, PyString>, known: Vec<String>) -> Option<String> {
    lomi::binding::names::suggestion(&name.to_string_lossy(), known.iter().map(String::as_str))
        .map(str::to_owned)
}
