//! Webhook signatures: the core checks them, the JavaScript half gets the event's text.

use std::time::{Duration, SystemTime};

use lomi::webhook::{self, ReplayGuard, VerifyOptions, sign, verify};
use lomi::{Error, ErrorKind, MODELS};
use napi::bindgen_prelude::BufferSlice;
use napi_derive::napi;

use crate::port::{AtOnce, Settled};
use crate::writer::Writer;

/// Checks a delivery. What it comes to looks like a call that settled. Times are in
/// seconds; `received_at` counts from 1970.
#[napi(catch_unwind)]
pub fn verify_webhook(
    payload: BufferSlice<'_>,
    signature: String,
    secrets: Vec<String>,
    max_age: Option<f64>,
    received_at: Option<f64>,
) -> AtOnce {
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let event = time("maxAge", max_age)
        .and_then(|max_age| Ok((max_age, time("receivedAt", received_at)?)))
        .and_then(|(max_age, received)| {
            let received_at = match received {
                None => None,
                Some(since) => {
                    Some(SystemTime::UNIX_EPOCH.checked_add(since).ok_or_else(|| {
                        Error::new(ErrorKind::Validation, "receivedAt is later than any time")
                    })?)
                }
            };
            let mut options = VerifyOptions::default();
            (options.max_age, options.received_at) = (max_age, received_at);
            let mut writer = Writer::default();
            verify(&payload, &signature, &secrets, options)?.decode(&mut writer)?;
            Ok(writer)
        });
    AtOnce(match event {
        Ok(mut writer) => {
            let at = MODELS.iter().position(|model| model.name == "Event").unwrap_or_default();
            let tag = Settled::ONE | u32::try_from(at).unwrap_or_default() << 8;
            let notes = writer.notes();
            Settled { tag, text: writer.text, earlier: Vec::new(), facts: None, notes }
        }
        Err(error) => Settled::error(&error),
    })
}

/// The signature that lomi. would send for a body, as the text of a call that settled.
#[napi(catch_unwind)]
pub fn sign_webhook(payload: BufferSlice<'_>, secret: String) -> AtOnce {
    text(sign(&payload, &secret))
}

/// The key by which an event is known when it comes again. The event is JSON.
#[napi(catch_unwind)]
pub fn replay_key(event: String) -> AtOnce {
    text(webhook::replay_key_of_json(&event))
}

/// The response that refuses a delivery.
#[napi(object)]
pub struct WebhookRefusal {
    pub status: u32,
    pub body: String,
}

/// The response to an error, by the name of its class and its code. None for an error that
/// is no fault of the sender.
#[napi(catch_unwind)]
pub fn webhook_refusal(error: String, code: Option<String>) -> Option<WebhookRefusal> {
    let refusal = webhook::refusal_of(&error, code.as_deref())?;
    Some(WebhookRefusal { status: refusal.status.into(), body: refusal.body.to_owned() })
}

/// The most bytes of a body that helpers for frameworks read.
#[napi]
pub fn webhook_max_body() -> u32 {
    u32::try_from(webhook::MAX_BODY).unwrap_or(u32::MAX)
}

/// The error for a body beyond that.
#[napi(catch_unwind)]
pub fn webhook_body_too_large() -> AtOnce {
    text(Err(webhook::body_too_large()))
}

/// The error for the body of a request that something else has read.
#[napi(catch_unwind)]
pub fn webhook_body_already_read() -> AtOnce {
    text(Err(webhook::body_already_read()))
}

/// Keys of deliveries, in the memory of this process.
#[napi]
pub struct ReplayMemory(ReplayGuard);

#[napi]
impl ReplayMemory {
    /// Holds so many keys.
    #[napi(constructor)]
    pub fn new(size: u32) -> Self {
        Self(ReplayGuard::new(size as usize))
    }

    /// Remembers a key for so many seconds; false where it is remembered already.
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

fn text(made: Result<String, Error>) -> AtOnce {
    AtOnce(match made {
        Ok(text) => {
            let text = text.into_bytes();
            Settled { tag: Settled::ANY, text, earlier: Vec::new(), facts: None, notes: None }
        }
        Err(error) => Settled::error(&error),
    })
}

fn time(name: &str, seconds: Option<f64>) -> Result<Option<Duration>, Error> {
    let Some(seconds) = seconds else { return Ok(None) };
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) => Ok(Some(time)),
        // Longer than any time that can be measured.
        Err(_) if seconds > 0.0 => Ok(Some(Duration::MAX)),
        Err(_) => Err(Error::new(
            ErrorKind::Validation,
            format!("{name} must be a number of seconds from 0, not {seconds}"),
        )),
    }
}
