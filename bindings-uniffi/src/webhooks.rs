//! Webhooks: the core checks a signature and reads the event.

use std::time::Duration;

use lomi::binding::{messages, moment, seconds_from_zero};
use lomi::webhook::{self, ReplayGuard, VerifyOptions};
use lomi::{Error, ErrorKind, Language, Value};

use crate::binding::Binding;
use crate::packed::{Writer, value_of};
use crate::response::{Refusal, error, object, string};
use crate::text;

/// Checks a delivery and returns its event. `options` has the name of the language (`binding`),
/// `max_age` in seconds, `received_at` in seconds since 1970, and `lang`.
#[uniffi::export]
fn construct_event(
    payload: Vec<u8>,
    signature: Vec<u8>,
    secrets: Vec<String>,
    options: Vec<u8>,
) -> Vec<u8> {
    // Anyone can send any bytes in the header. What is no text is no signature.
    let signature = text::readable(&signature);
    checked_event(&payload, &signature, &secrets, &value_of(&options).unwrap_or_default())
}

pub(crate) fn checked_event(
    payload: &[u8],
    signature: &str,
    secrets: &[String],
    options: &Value,
) -> Vec<u8> {
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let text = |name: &str| options.get(name).and_then(|value| value.as_str());
    let language = text("lang").and_then(Language::from_tag);
    let checked = Binding::named(text("binding")).and_then(|binding| {
        let options = verify_options(options, binding)?;
        webhook::verify(payload, signature, &secrets, options)
    });
    match checked {
        Ok(event) => object(|sink| event.decode(sink)),
        Err(refused) => error(&refused.or_in_language(language)),
    }
}

fn verify_options(options: &Value, binding: &Binding) -> Result<VerifyOptions, Error> {
    let [max_age, received_at] = match binding.style.camel_case {
        true => ["maxAge", "receivedAt"],
        false => ["max_age", "received_at"],
    };
    let mut checked = VerifyOptions::default();
    let age = seconds(max_age, options.get("max_age"))?;
    checked.max_age = age.map(|age| seconds_from_zero(max_age, age)).transpose()?;
    let received = seconds(received_at, options.get("received_at"))?;
    checked.received_at = received.map(|at| moment(received_at, at)).transpose()?;
    checked.raw_body = Some(binding.raw_body);
    Ok(checked)
}

fn seconds(name: &str, given: Option<&Value>) -> Result<Option<f64>, Error> {
    let Some(given) = given.filter(|value| !value.is_null()) else { return Ok(None) };
    // Not `as_f64`, which gives nothing for infinity.
    let number = given.as_number().and_then(|number| number.to_string().parse().ok());
    let refused =
        || Error::new(ErrorKind::Validation, messages::not_seconds_from_zero(name, given));
    number.map(Some).ok_or_else(refused)
}

/// The signature that lomi. would send for a body.
#[uniffi::export]
pub(crate) fn sign(payload: Vec<u8>, secret: Vec<u8>) -> Vec<u8> {
    string(text::checked(secret).and_then(|secret| webhook::sign(&payload, &secret)))
}

/// The key by which a repeated delivery of an event is recognized. The event is JSON.
#[uniffi::export]
pub(crate) fn replay_key(event: Vec<u8>) -> Vec<u8> {
    string(text::checked(event).and_then(|event| webhook::replay_key_of_json(&event)))
}

/// The response to an error, by the name of its class and its code: a map of status and body. Null
/// for an error that the sender did not cause.
#[uniffi::export]
pub(crate) fn webhook_refusal(error_class: Vec<u8>, code: Option<String>) -> Vec<u8> {
    let mut writer = Writer::default();
    match webhook::refusal_of(&text::readable(&error_class), code.as_deref()) {
        None => writer.null(),
        Some(refusal) => writer.map(|map| {
            map.integer("status", Some(refusal.status));
            map.string("body", Some(refusal.body));
        }),
    }
    writer.bytes
}

/// Maximum size of a body that the helpers for frameworks read, in bytes.
#[uniffi::export]
pub(crate) fn webhook_max_body() -> u32 {
    u32::try_from(webhook::MAX_BODY).unwrap_or(u32::MAX)
}

/// The error for a larger body.
#[uniffi::export]
pub(crate) fn webhook_body_too_large() -> Vec<u8> {
    error(&webhook::body_too_large())
}

/// The error for the body of a request that was read before.
#[uniffi::export]
pub(crate) fn webhook_body_already_read() -> Vec<u8> {
    error(&webhook::body_already_read())
}

/// The keys of deliveries, in the memory of this process.
#[derive(uniffi::Object)]
pub struct MemoryStore(ReplayGuard);

#[uniffi::export]
impl MemoryStore {
    /// For up to `size` keys.
    #[uniffi::constructor]
    pub fn new(size: u32) -> Self {
        Self(ReplayGuard::new(usize::try_from(size).unwrap_or(usize::MAX)))
    }

    /// Remembers a key for `ttl` seconds; false if it was remembered before.
    pub fn remember(&self, key: Vec<u8>, ttl: f64) -> Result<bool, Refusal> {
        Ok(self.remembered(&text::checked(key)?, ttl))
    }

    /// Forgets a key.
    pub fn forget(&self, key: Vec<u8>) -> Result<(), Refusal> {
        self.forgotten(&text::checked(key)?);
        Ok(())
    }
}

impl MemoryStore {
    pub(crate) fn remembered(&self, key: &str, ttl: f64) -> bool {
        self.0.remember(key, Duration::try_from_secs_f64(ttl).unwrap_or(Duration::MAX))
    }

    pub(crate) fn forgotten(&self, key: &str) {
        self.0.forget_key(key);
    }
}
