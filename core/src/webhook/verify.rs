//! Verifies a delivery: its signature, body and age.

use std::time::{Duration, SystemTime};

use subtle::{Choice, ConstantTimeEq};

use super::errors::{payload_error, signature_error};
use super::mac::{hex, mac};
use super::{payload, secrets, signature};
use crate::error::Error;
use crate::json::{Document, Sink};
use crate::messages::webhook as messages;
use crate::models::Event;
use crate::response::decode;
use crate::response::typed::read_model;
use crate::table::EVENT;

/// Largest body that is accepted.
const LARGEST: usize = 16 << 20;
/// How frameworks of Rust pass on the raw body.
const RAW_BODY: &str = "axum, actix-web: Bytes";
/// How far ahead of this machine's clock the sender's may be.
const FUTURE_SKEW: Duration = Duration::from_secs(300);

/// Further conditions that a delivery must meet.
///
/// ```
/// use std::time::Duration;
/// use lomi::webhook::VerifyOptions;
///
/// let options = VerifyOptions::new().max_age(Duration::from_secs(300));
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// The maximum age of a delivery. Off by default, because a delivery that is sent again by hand
    /// keeps its first timestamp.
    pub max_age: Option<Duration>,
    /// When the delivery was received; now, when not given.
    pub received_at: Option<SystemTime>,
    /// How the binding's language reads the raw body, for the error about a changed one.
    #[doc(hidden)]
    pub raw_body: Option<&'static str>,
}

impl VerifyOptions {
    /// No further condition: only the signature and the body are checked.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses a delivery that is older.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..self }
    }

    /// When the delivery was received, for one that is checked later.
    #[must_use]
    pub fn received_at(self, received_at: SystemTime) -> Self {
        Self { received_at: Some(received_at), ..self }
    }
}

/// A delivery with a valid signature and a valid body.
#[derive(Debug, Clone)]
pub struct Verified {
    document: Document,
}

impl Verified {
    /// Reads the event through a language's sink.
    pub fn decode<S: Sink>(&self, sink: &mut S) -> Result<S::Value, S::Error> {
        decode::object(&self.document, Document::ROOT, &EVENT, sink)
    }
}

/// Verifies a delivery and reads its event. Any of the secrets may have signed it, so that one can
/// be replaced while deliveries are in flight. A secret may also be a list with commas, as in
/// `LOMI_WEBHOOK_SECRET=new,old`.
///
/// ```
/// use std::time::Duration;
/// use lomi::webhook::{VerifyOptions, construct_event, sign};
///
/// let secret = "whsec_test";
/// let body = br#"{"id":"1","event":"TEST_WEBHOOK","timestamp":"2026-01-01T00:00:00Z"}"#;
/// let signature = sign(body, secret)?;
/// let event = construct_event(body, &signature, &[secret], VerifyOptions::new())?;
/// assert_eq!(event.id.as_deref(), Some("1"));
///
/// let recent = VerifyOptions::new().max_age(Duration::from_secs(300));
/// assert!(construct_event(body, &signature, &[secret], recent).is_err());
/// # Ok::<(), lomi::Error>(())
/// ```
pub fn construct_event(
    payload: &[u8],
    signature: &str,
    secrets: &[&str],
    options: VerifyOptions,
) -> Result<Event, Error> {
    let options = VerifyOptions { raw_body: options.raw_body.or(Some(RAW_BODY)), ..options };
    let verified = verify(payload, signature, secrets, options)?;
    Ok(read_model(&verified.document, Document::ROOT))
}

/// Like [`construct_event`], for a language that reads the event through its own sink.
pub fn verify(
    payload: &[u8],
    signature: &str,
    secrets: &[&str],
    options: VerifyOptions,
) -> Result<Verified, Error> {
    if payload.len() > LARGEST {
        return Err(payload_error(messages::larger_than_any(payload.len(), LARGEST)));
    }
    let given = signature::read(signature)?;
    let secrets = secrets::split(secrets)?;
    // Every secret is tried, so that the time taken does not reveal which one matches.
    let mut matched = Choice::from(0);
    for secret in &secrets {
        matched |= mac(payload, secret)?.as_slice().ct_eq(&given);
    }
    if !bool::from(matched) {
        return Err(signature_error(signature::explain(
            payload,
            &given,
            &secrets,
            options.raw_body,
        )));
    }
    let verified = Verified { document: payload::read(payload)? };
    check_time(&verified, options)?;
    Ok(verified)
}

/// The signature that lomi. would send for a body, for tests of webhook handlers. Of several
/// secrets, the first one signs.
pub fn sign(payload: &[u8], secret: &str) -> Result<String, Error> {
    match secrets::split(&[secret])?.first() {
        Some(first) => Ok(hex(&mac(payload, first)?)),
        None => Err(Error::configuration(messages::no_secret())),
    }
}

fn check_time(verified: &Verified, options: VerifyOptions) -> Result<(), Error> {
    let event: Event = read_model(&verified.document, Document::ROOT);
    let made = event.timestamp.as_deref().and_then(timestamp);
    let now = options.received_at.unwrap_or_else(SystemTime::now);
    match (made, options.max_age) {
        (Some(made), _) if made > now + FUTURE_SKEW => {
            let ahead = made.duration_since(now).unwrap_or_default().as_secs();
            let allowed = FUTURE_SKEW.as_secs();
            Err(signature_error(messages::from_the_future(ahead, allowed)))
        }
        (Some(made), Some(max_age)) => match now.duration_since(made) {
            Ok(age) if age > max_age => {
                Err(signature_error(messages::too_old(age.as_secs(), max_age.as_secs())))
            }
            _ => Ok(()),
        },
        (None, Some(_)) => Err(signature_error(messages::age_unknown())),
        _ => Ok(()),
    }
}

/// Parses a time: ISO 8601, or seconds or milliseconds since 1970.
pub(super) fn timestamp(text: &str) -> Option<SystemTime> {
    if let Ok(number) = text.parse::<u64>() {
        let milliseconds =
            if number < 100_000_000_000 { number.checked_mul(1000)? } else { number };
        return SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    }
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(text, format).ok().map(SystemTime::from)
}
