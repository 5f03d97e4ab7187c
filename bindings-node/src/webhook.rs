//! Webhooks: the core checks a signature, JavaScript gets the event as JSON.

use std::time::Duration;

use lomi::Error;
use lomi::binding::{moment, seconds_from_zero};
use lomi::{webhook, webhook::ReplayGuard, webhook::VerifyOptions, webhook::sign, webhook::verify};
use napi::bindgen_prelude::BufferSlice;
use napi_derive::napi;

use crate::response::{AtOnce, CallResult, JsonWriter};
use crate::table;

/// How frameworks pass on the raw body, for the error about a changed one.
const RAW_BODY: &str =
    "Express: express.raw({ type: 'application/json' }), Next.js: await request.text()";

/// Checks a delivery and returns its event. Times are in seconds; `received_at` counts from 1970.
#[napi(catch_unwind)]
pub fn verify_webhook(
    payload: BufferSlice<'_>,
    signature: String,
    secrets: Vec<String>,
    max_age: Option<f64>,
    received_at: Option<f64>,
) -> AtOnce {
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let event = options(max_age, received_at).and_then(|options| {
        let mut writer = JsonWriter::default();
        verify(&payload, &signature, &secrets, options)?.decode(&mut writer)?;
        Ok(writer)
    });
    AtOnce(match event {
        Ok(mut writer) => {
            let tag = CallResult::ONE | table::event_model() << 8;
            let notes = writer.notes();
            CallResult { tag, notes, ..CallResult::any(writer.json) }
        }
        Err(error) => CallResult::error(&error),
    })
}

/// The signature that lomi. would send for a body.
#[napi(catch_unwind)]
pub fn sign_webhook(payload: BufferSlice<'_>, secret: String) -> AtOnce {
    string(sign(&payload, &secret))
}

/// The key by which a repeated delivery of an event is recognized. The event is JSON.
#[napi(catch_unwind)]
pub fn replay_key(event: String) -> AtOnce {
    string(webhook::replay_key_of_json(&event))
}

/// The response that refuses a delivery.
#[napi(object)]
pub struct WebhookRefusal {
    pub status: u32,
    pub body: String,
}

/// The response to an error, by the name of its class and its code. None for an error that the
/// sender did not cause.
#[napi(catch_unwind)]
pub fn webhook_refusal(error: String, code: Option<String>) -> Option<WebhookRefusal> {
    let refusal = webhook::refusal_of(&error, code.as_deref())?;
    Some(WebhookRefusal { status: refusal.status.into(), body: refusal.body.to_owned() })
}

/// Maximum size of a body that the helpers for frameworks read, in bytes.
#[napi]
pub fn webhook_max_body() -> u32 {
    u32::try_from(webhook::MAX_BODY).unwrap_or(u32::MAX)
}

/// The error for a larger body.
#[napi(catch_unwind)]
pub fn webhook_body_too_large() -> AtOnce {
    string(Err(webhook::body_too_large()))
}

/// The error for the body of a request that was read before.
#[napi(catch_unwind)]
pub fn webhook_body_already_read() -> AtOnce {
    string(Err(webhook::body_already_read()))
}

/// The keys of deliveries, in the memory of this process.
#[napi]
pub struct MemoryStore(ReplayGuard);

#[napi]
impl MemoryStore {
    /// For up to `size` keys.
    #[napi(constructor)]
    pub fn new(size: u32) -> Self {
        Self(ReplayGuard::new(size as usize))
    }

    /// Remembers a key for `ttl` seconds; false if it was remembered before.
    #[napi(catch_unwind)]
    pub fn remember(&self, key: String, ttl: f64) -> bool {
        self.0.remember(&key, Duration::try_from_secs_f64(ttl).unwrap_or(Duration::MAX))
    }

    /// Forgets a key.
    #[napi(catch_unwind)]
    pub fn forget(&self, key: String) {
        self.0.forget_key(&key);
    }
}

fn string(result: Result<String, Error>) -> AtOnce {
    AtOnce(match result {
        Ok(string) => CallResult::any(string.into_bytes()),
        Err(error) => CallResult::error(&error),
    })
}

fn options(max_age: Option<f64>, received_at: Option<f64>) -> Result<VerifyOptions, Error> {
    let mut options = VerifyOptions::default();
    options.max_age = max_age.map(|age| seconds_from_zero("maxAge", age)).transpose()?;
    options.received_at = received_at.map(|at| moment("receivedAt", at)).transpose()?;
    options.raw_body = Some(RAW_BODY);
    Ok(options)
}
