//! Webhooks: proving that a delivery comes from lomi., and reading it.
//!
//! The signature is HMAC-SHA256 in hex over the raw bytes of the body, with the whole
//! secret (`whsec_` included) as key. It has to be checked on the bytes as they came:
//! a framework that parses JSON first changes them.
//!
//! ```
//! # fn main() -> Result<(), lomi::Error> {
//! let secret = "whsec_test";
//! let body = br#"{"id":"1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t"}}"#;
//! let signature = lomi::webhook::sign(body, secret)?;
//! let event = lomi::webhook::construct_event(body, &signature, &[secret], Default::default())?;
//! assert_eq!(event.event, Some(lomi::models::WebhookEvent::PaymentSucceeded));
//! # Ok(())
//! # }
//! ```

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::config::Limits;
use crate::decode;
use crate::document::{self, Document};
use crate::error::{Error, ErrorKind};
use crate::fields::FromObject;
use crate::generated::EVENT;
use crate::json::{Sink, Value, Values};
use crate::models::Event;

/// Largest body that is looked at.
const LARGEST: usize = 16 << 20;
/// Longest signature header that is looked at.
const LONGEST_SIGNATURE: usize = 4096;
/// How far ahead of ours the sender's clock may be.
const FUTURE_SKEW: Duration = Duration::from_secs(300);

/// What else to ask of a delivery.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions {
    /// Refuse one that was made longer ago. Off by default: a delivery that is sent
    /// again by hand keeps its first timestamp.
    pub max_age: Option<Duration>,
    /// When it came; now, when not given.
    pub received_at: Option<SystemTime>,
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
/// that one can be replaced while deliveries are under way.
pub fn construct_event(
    payload: &[u8],
    signature: &str,
    secrets: &[&str],
    options: VerifyOptions,
) -> Result<Event, Error> {
    let verified = verify(payload, signature, secrets, options)?;
    match verified.decode(&mut Values)? {
        Value::Object(fields) => Ok(Event::from_object(fields)),
        _ => Err(unusable("the body is not an object")),
    }
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
    let given = given_signature(signature)?;
    if secrets.is_empty() {
        return Err(Error::configuration("no webhook secret was given"));
    }
    // Every secret is tried, so that the time taken does not tell which one fits.
    let mut matched = Choice::from(0);
    for secret in secrets {
        matched |= mac(payload, secret)?.as_slice().ct_eq(&given);
    }
    if !bool::from(matched) {
        return Err(unproven(explain(payload, &given, secrets)));
    }
    let verified = read(payload)?;
    check_time(&verified, options)?;
    Ok(verified)
}

/// The signature that lomi. would send for a body: for tests of webhook handlers.
pub fn sign(payload: &[u8], secret: &str) -> Result<String, Error> {
    Ok(hex(&mac(payload, secret)?))
}

fn mac(payload: &[u8], secret: &str) -> Result<[u8; 32], Error> {
    if secret.trim().is_empty() {
        return Err(Error::configuration("the webhook secret is empty: anyone could sign for it"));
    }
    if secret.trim() != secret {
        return Err(Error::configuration("the webhook secret has white space around it"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| Error::internal("HMAC takes any key"))?;
    mac.update(payload);
    Ok(mac.finalize().into_bytes().into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 32 bytes that the header says.
fn given_signature(header: &str) -> Result<[u8; 32], Error> {
    let header = header.trim();
    if header.is_empty() {
        return Err(unproven("the signature is missing (header X-Lomi-Signature)".into()));
    }
    if header.len() <= LONGEST_SIGNATURE && header.contains("t=") && header.contains("s=") {
        return Err(unproven(
            "this is the old lomi-signature header (t=, s=); use X-Lomi-Signature".into(),
        ));
    }
    let digits = header.strip_prefix("sha256=").unwrap_or(header);
    let mut bytes = [0; 32];
    let mut pairs = digits.as_bytes().chunks_exact(2);
    let whole = digits.len() == 64
        && bytes.iter_mut().zip(&mut pairs).all(|(byte, pair)| {
            let text = std::str::from_utf8(pair).unwrap_or_default();
            let plain = text.bytes().all(|digit| digit.is_ascii_hexdigit());
            match u8::from_str_radix(text, 16) {
                Ok(value) if plain => {
                    *byte = value;
                    true
                }
                _ => false,
            }
        });
    if whole {
        Ok(bytes)
    } else {
        Err(unproven("the signature is not 64 hexadecimal digits".into()))
    }
}

/// Why a signature does not fit, where that can be told. Only explains: nothing that is
/// tried here can make a delivery accepted.
fn explain(payload: &[u8], given: &[u8; 32], secrets: &[&str]) -> String {
    let fits = |body: &[u8]| {
        secrets.iter().any(|secret| {
            mac(body, secret).is_ok_and(|mac| bool::from(mac.as_slice().ct_eq(given)))
        })
    };
    let parsed = std::str::from_utf8(payload).ok().and_then(|text| text.parse::<Value>().ok());
    let compact = parsed.map(|value| value.to_string().into_bytes());
    let trimmed = payload.trim_ascii();
    if compact.is_some_and(|body| fits(&body)) || (trimmed != payload && fits(trimmed)) {
        return "the signature does not fit these bytes, but fits the same JSON written \
                otherwise: hand over the raw body as it came, before anything parses it"
            .into();
    }
    if secrets.iter().any(|secret| secret.starts_with("lomi_")) {
        return "the signature does not fit: an API key was given as webhook secret, which \
                starts with whsec_"
            .into();
    }
    "the signature does not fit the body: it was changed on the way (hand over the raw bytes), \
     or the secret is another endpoint's"
        .into()
}

/// The body as strict JSON with the fields that every event has.
fn read(payload: &[u8]) -> Result<Verified, Error> {
    let text = std::str::from_utf8(payload).map_err(|_| unusable("the body is not UTF-8"))?;
    let document =
        Document::read(text.into(), Limits::default()).map_err(|error| unusable(&error.message))?;
    if document.at(Document::ROOT) != document::Value::Object {
        return Err(unusable("the body is not an object"));
    }
    if repeats_a_key(&document, Document::ROOT) {
        return Err(unusable("a key stands twice in one object"));
    }
    let has_text = |name: &str| {
        let member = document.member(Document::ROOT, name);
        member.is_some_and(
            |at| matches!(document.at(at), document::Value::Text(text) if !text.is_empty()),
        )
    };
    if !has_text("event") && !has_text("type") {
        return Err(unusable("the body names no event"));
    }
    if !has_text("id") {
        return Err(unusable("the event has no id"));
    }
    Ok(Verified { document })
}

/// A key that stands twice in an object can mean one amount to us and another to the
/// code behind us.
fn repeats_a_key(document: &Document, place: usize) -> bool {
    let mut seen = HashSet::new();
    document
        .members(place)
        .any(|(name, member)| !seen.insert(name) || repeats_a_key(document, member))
        || document.items(place).any(|item| repeats_a_key(document, item))
}

fn check_time(verified: &Verified, options: VerifyOptions) -> Result<(), Error> {
    let event = match verified.decode(&mut Values)? {
        Value::Object(fields) => Event::from_object(fields),
        _ => return Err(unusable("the body is not an object")),
    };
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
fn moment(text: &str) -> Option<SystemTime> {
    if let Ok(number) = text.parse::<u64>() {
        let milliseconds =
            if number < 100_000_000_000 { number.checked_mul(1000)? } else { number };
        return SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    }
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(text, format).ok().map(SystemTime::from)
}

fn unproven(message: String) -> Error {
    Error::new(ErrorKind::SignatureVerification, message)
}

fn unusable(message: &str) -> Error {
    Error::new(ErrorKind::WebhookPayload, message)
}

#[cfg(test)]
mod tests;
