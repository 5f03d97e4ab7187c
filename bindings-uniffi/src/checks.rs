//! Single rules of the core that the other half applies outside of a call.

use std::collections::HashMap;

use lomi::binding::{messages, payment_required_error};
use lomi::{Error, ErrorKind, Language};

use crate::response::error;
use crate::text;

/// A message without API keys and webhook secrets, and of limited length.
#[uniffi::export]
pub(crate) fn redact(text: Vec<u8>) -> String {
    let text = text::readable(&text).into_owned();
    Error::new(ErrorKind::Validation, text).message().to_owned()
}

/// The same at any length.
#[uniffi::export]
fn redact_all(text: Vec<u8>) -> String {
    lomi::binding::redact(&text::readable(&text))
}

/// A sentence of the area `bindings` of the core's messages; empty for a name that is none.
#[uniffi::export]
pub(crate) fn message(
    name: Vec<u8>,
    arguments: HashMap<String, String>,
    lang: Option<String>,
) -> String {
    let argument = |name: &str| arguments.get(name).cloned().unwrap_or_default();
    let message = messages::by_name(&text::readable(&name), argument);
    message.map(|message| message.text(language(lang)).to_owned()).unwrap_or_default()
}

fn language(lang: Option<String>) -> Language {
    lang.as_deref().and_then(Language::from_tag).unwrap_or_else(Language::of_environment)
}

/// The end of a sentence that refuses an unknown name: `; did you mean "timeout"?`, or nothing.
#[uniffi::export]
fn hint(name: Vec<u8>, names: Vec<String>, lang: Option<String>) -> String {
    let hint = lomi::binding::names::hint(&text::readable(&name), names.iter().map(String::as_str));
    hint.text(language(lang)).to_owned()
}

/// The error of a confirmation without a call that asks for one.
#[uniffi::export]
pub(crate) fn nothing_to_confirm() -> Vec<u8> {
    error(&lomi::binding::nothing_to_confirm())
}

/// The message for a create whose response names an unpaid invoice in place of a session.
#[uniffi::export]
pub(crate) fn payment_required(invoice_number: Option<String>) -> String {
    let response = lomi::json!({"blocking_invoice": {"invoice_number": invoice_number}});
    payment_required_error(&response).message().to_owned()
}

/// Whether this value of `LOMI_LOG` turns the log on.
pub(crate) fn is_log_enabled(value: String) -> bool {
    lomi::binding::log::is_enabled(Some(&value))
}
