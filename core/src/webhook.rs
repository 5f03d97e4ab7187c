//! Webhooks: verifies that a delivery comes from lomi., and reads its event.
//!
//! The signature is HMAC-SHA256 in hex over the raw bytes of the body, with the whole secret
//! (including `whsec_`) as key. It must be checked on the bytes as received: a framework that
//! parses JSON first changes them.
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
//!
//! The same event may be delivered more than once: see [`ReplayGuard`] and [`replay_key`].

mod errors;
mod mac;
mod payload;
mod refusal;
mod replay;
mod secrets;
mod signature;
mod verify;

pub use refusal::{MAX_BODY, Refusal, body_already_read, body_too_large, refusal, refusal_of};
pub(crate) use replay::replay_key_of;
pub use replay::{DEFAULT_TTL, ReplayGuard, replay_key, replay_key_of_json};
pub use verify::{Verified, VerifyOptions, construct_event, sign, verify};

#[cfg(test)]
mod tests;
