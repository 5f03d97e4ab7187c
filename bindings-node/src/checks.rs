//! Single rules of the core that the JavaScript half applies outside of a call.

use std::collections::HashMap;

use lomi::binding::{messages, payment_required_error};
use lomi::{Error, ErrorKind, Language};
use napi_derive::napi;

/// A message without API keys and webhook secrets, and of limited length.
#[napi(catch_unwind)]
pub fn redact(message: String) -> String {
    Error::new(ErrorKind::Validation, message).message().to_owned()
}

/// A string that is about to be shown, without API keys and webhook secrets. Unlike a message, it keeps
/// its length.
#[napi(catch_unwind)]
pub fn redact_text(text: String) -> String {
    lomi::binding::redact(&text)
}

/// A sentence of the area `bindings` of the core's messages. `lang` is the value of `LOMI_LANG`,
/// which in a worker is not that of the process.
#[napi(catch_unwind)]
pub fn message(
    name: String,
    arguments: HashMap<String, String>,
    lang: Option<String>,
) -> napi::Result<String> {
    let argument = |name: &str| arguments.get(name).cloned().unwrap_or_default();
    let message = messages::by_name(&name, argument);
    let message = message.ok_or_else(|| napi::Error::from_reason(format!("no message {name}")))?;
    let language = lang.as_deref().and_then(Language::from_tag).unwrap_or_default();
    Ok(message.text(language).to_owned())
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
