//! The native half of the Node package: it carries calls out and hands their answers
//! over as JSON text. What a JavaScript developer sees (classes, errors, iterators)
//! stands in the JavaScript half, which is the only caller of this module.
//!
//! Nothing here throws for what can go wrong with a call: a failure is a settled call
//! whose text describes the error, so that the JavaScript half raises its own classes.

mod client;
mod facts;
pub mod money;
mod pager;
mod port;
mod read;
mod settings;
pub mod webhook;
mod writer;

use napi_derive::napi;

/// Calls allocate often and little, on two threads; this takes a tenth off their cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The version of the library in this file.
#[napi]
pub fn version() -> &'static str {
    lomi::VERSION
}

/// The number of an operation, by its documented name.
#[napi(catch_unwind)]
pub fn operation(id: String) -> Option<u32> {
    let at = lomi::OPERATIONS.iter().position(|operation| operation.id == id)?;
    u32::try_from(at).ok()
}

/// The class names of the models, in the order that answers name them by.
#[napi(catch_unwind)]
pub fn models() -> Vec<&'static str> {
    lomi::MODELS.iter().map(|model| model.names.node).collect()
}

/// A message as errors show it: without keys and webhook secrets, and not longer than is read.
#[napi(catch_unwind)]
pub fn redact(text: String) -> String {
    lomi::Error::new(lomi::ErrorKind::Validation, text).message.clone()
}

/// Whether this value of `LOMI_LOG` asks for a log.
#[napi(catch_unwind)]
pub fn log_is_asked_for(value: String) -> bool {
    lomi::log::is_asked_for(Some(&value))
}

/// Why a create was answered without a session: an invoice, by its number, must be paid first.
#[napi(catch_unwind)]
pub fn payment_required(number: Option<String>) -> String {
    let answer = lomi::json!({"blocking_invoice": {"invoice_number": number}});
    let lomi::Value::Object(fields) = answer else { return String::new() };
    let first = Box::new(lomi::FromObject::from_object(fields));
    let refused = lomi::Created::<()>::PaymentRequired(first).done();
    refused.err().map(|error| error.message.clone()).unwrap_or_default()
}

/// Why the file of certificate authorities cannot be used; nothing where it can.
#[napi(catch_unwind)]
pub fn check_ca_file(file: String) -> Option<String> {
    lomi::check_ca_file(file.as_ref()).err().map(|error| error.message.clone())
}

/// The known name that was probably meant.
#[napi(catch_unwind)]
pub fn nearest(name: String, known: Vec<String>) -> Option<String> {
    lomi::names::suggestion(&name, known.iter().map(String::as_str)).map(str::to_owned)
}

/// An idempotency key, or the text of the error that stands against it.
#[napi(object)]
pub struct OrderKey {
    pub refused: Option<String>,
    pub key: String,
}

/// The idempotency key for an attempt at an order, both given as JSON.
#[napi(catch_unwind)]
pub fn key_for_order(order: String, attempt: String) -> OrderKey {
    let made = read::value(&order)
        .and_then(|order| lomi::idempotency_key::for_attempt(order, read::value(&attempt)?));
    match made {
        Ok(key) => OrderKey { refused: None, key },
        Err(error) => {
            let refused = facts::of_error(&error).into_iter().map(char::from).collect();
            OrderKey { refused: Some(refused), key: String::new() }
        }
    }
}
