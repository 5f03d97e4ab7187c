//! Webhook signatures: the core checks them, the JavaScript half gets the event's text.

use std::time::{Duration, SystemTime};

use lomi::webhook::{VerifyOptions, sign, verify};
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
            let received_at = received.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
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
    AtOnce(match sign(&payload, &secret) {
        Ok(signature) => {
            let text = signature.into_bytes();
            Settled { tag: Settled::ANY, text, earlier: Vec::new(), facts: None, notes: None }
        }
        Err(error) => Settled::error(&error),
    })
}

fn time(name: &str, seconds: Option<f64>) -> Result<Option<Duration>, Error> {
    let Some(seconds) = seconds else { return Ok(None) };
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) => Ok(Some(time)),
        Err(_) => Err(Error::new(
            ErrorKind::Validation,
            format!("{name} has to be a number of seconds from 0, not {seconds}"),
        )),
    }
}
