//! Single rules of the core that the JavaScript half applies outside of a call.

use lomi::binding::payment_required_error;
use lomi::{Error, ErrorKind};
use napi_derive::napi;

/// A message without API keys and webhook secrets, and of limited length.
#[napi(catch_unwind)]
pub fn redact(message: String) -> String {
    Error::new(ErrorKind::Validation, message).message().to_owned()
}

/// Whether this value of `LOMI_LOG` turns the log on.
#[napi(catch_unwind)]
pub fn is_log_enabled(value: String) -> bool {
    lomi::binding::log::is_enabled(Some(&value))
}

/// The message for a create whose response names an unpaid invoice in place of a session.
#[napi(catch_unwind)]
pub fn payment_required(invoice_number: Option<String>) -> String {
    let response = lomi::json!({"blocking_invoice": {"invoice_number": invoice_number}});
    payment_required_error(&response).message().to_owned()
}

/// Why a file of certificate authorities cannot be used; nothing if it can.
#[napi(catch_unwind)]
pub fn check_ca_file(file: String) -> Option<String> {
    lomi::binding::check_ca_file(file.as_ref()).err().map(|error| error.message().to_owned())
}

/// The name among `names` that a misspelt `name` probably means.
#[napi(catch_unwind)]
pub fn nearest(name: String, names: Vec<String>) -> Option<String> {
    lomi::binding::names::suggestion(&name, names.iter().map(String::as_str)).map(str::to_owned)
}
