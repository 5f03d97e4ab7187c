//! Checking a delivery: signature, body, age.

use std::time::{Duration, SystemTime};

use subtle::{Choice, ConstantTimeEq};

use super::errors::{unproven, unusable};
use super::mac::{hex, mac};
use super::{payload, secrets, signature};
use crate::error::Error;
use crate::json::{Document, Sink};
use crate::models::Event;
use crate::response::decode;
use crate::response::typed::read_model;
use crate::table::EVENT;

/// Largest body that is looked at.
const LARGEST: usize = 16 << 20;
/// How far ahead of ours the sender's clock may be.
const FUTURE_SKEW: Duration = Duration::from_secs(300);

/// What else to ask of a delivery.
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
    /// Refuse one that was made longer ago. Off by default: a delivery that is sent
    /// again by hand keeps its first timestamp.
    pub max_age: Option<Duration>,
    /// When it came; now, when not given.
    pub received_at: Option<SystemTime>,
}

impl VerifyOptions {
    /// The signature and the body alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses a delivery that was made longer ago.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..self }
    }

    /// When the delivery came, for one that is checked later.
    #[must_use]
    pub fn received_at(self, received_at: SystemTime) -> Self {
        Self { received_at: Some(received_at), ..self }
    }
}

/// A delivery whose signature was right and whose body could be read.
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

/// Checks a delivery and reads its event. Any of the secrets may have signed it, so
/// that one can be replaced while deliveries are under way. A secret may also be a list
/// with commas, as `LOMI_WEBHOOK_SECRET=new,old` has it.
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
    let verified = verify(payload, signature, secrets, options)?;
    Ok(read_model(&verified.document, Document::ROOT))
}

/// The same, for a language that reads the event through its own sink.
pub fn verify(
    payload: &[u8],
    signature: &str,
    secrets: &[&str],
    options: VerifyOptions,
) -> Result<Verified, Error> {
    if payload.len() > LARGEST {
        return Err(unusable("the body is larger than any webhook"));
    }
    let given = signature::read(signature)?;
    let secrets = secrets::usable(secrets)?;
    // Every secret is tried, so that the time taken does not tell which one fits.
    let mut matched = Choice::from(0);
    for secret in &secrets {
        matched |= mac(payload, secret)?.as_slice().ct_eq(&given);
    }
    if !bool::from(matched) {
        return Err(unproven(signature::explain(payload, &given, &secrets)));
    }
    let verified = Verified { document: payload::read(payload)? };
    check_time(&verified, options)?;
    Ok(verified)
}

/// The signature that lomi. would send for a body: for tests of webhook handlers. Of
/// several secrets the first signs.
pub fn sign(payload: &[u8], secret: &str) -> Result<String, Error> {
    match secrets::usable(&[secret])?.first() {
        Some(first) => Ok(hex(&mac(payload, first)?)),
        None => Err(Error::configuration("no webhook secret was given")),
    }
}

fn check_time(verified: &Verified, options: VerifyOptions) -> Result<(), Error> {
    let event: Event = read_model(&verified.document, Document::ROOT);
    let made = event.timestamp.as_deref().and_then(moment);
    let now = options.received_at.unwrap_or_else(SystemTime::now);
    match (made, options.max_age) {
        (Some(made), _) if made > now + FUTURE_SKEW => {
            Err(unproven("the event was made in the future; one of the clocks is wrong".into()))
        }
        (Some(made), Some(max_age)) => match now.duration_since(made) {
            Ok(age) if age > max_age => Err(unproven(format!(
                "the event is {} s old, and at most {} s are allowed",
                age.as_secs(),
                max_age.as_secs()
            ))),
            _ => Ok(()),
        },
        (None, Some(_)) => Err(unproven("the event has no timestamp to tell its age by".into())),
        _ => Ok(()),
    }
}

/// A moment as ISO 8601 text, or as seconds or milliseconds since 1970.
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    if let Ok(number) = text.parse::<u64>() {
        let milliseconds =
            if number < 100_000_000_000 { number.checked_mul(1000)? } else { number };
        return SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    }
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(text, format).ok().map(SystemTime::from)
}
