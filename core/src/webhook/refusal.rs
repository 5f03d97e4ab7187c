//! The response of a webhook endpoint that refuses a delivery, the same in every framework and
//! language. It does not tell the sender the reason, which belongs in the log.

use super::errors::payload_error;
use crate::error::{Error, ErrorKind};
use crate::messages::webhook as messages;

/// The most bytes of a body that the helpers for web frameworks read: 1 MiB. Anyone can send a
/// request to a webhook endpoint, and deliveries of lomi. have only a few kilobytes.
pub const MAX_BODY: usize = 1 << 20;

/// The code of the error for a body larger than [`MAX_BODY`].
const TOO_LARGE: &str = "payload_too_large";

/// A response that refuses a delivery. lomi. does not repeat a delivery after a 4xx status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The body, which is JSON.
    pub body: &'static str,
}

/// The error for a body with more than [`MAX_BODY`] bytes. The rest of it need not be read.
pub fn body_too_large() -> Error {
    let mut error = payload_error(messages::larger_than_read(MAX_BODY));
    error.inner.code = Some(TOO_LARGE.into());
    error
}

/// The error for an empty body of a request that was sent with one. It is a configuration error of
/// the server: the response is a 500, so that the delivery is repeated after it is fixed.
pub fn body_already_read() -> Error {
    Error::configuration(messages::already_read())
}

/// The response to a delivery that failed with this error. Returns `None` for an error that the
/// sender did not cause: respond with a 500, after which lomi. delivers again.
pub fn refusal(error: &Error) -> Option<Refusal> {
    refusal_of(error.inner.kind.class_name(), error.inner.code.as_deref())
}

/// Like [`refusal`], by the error's class name and code, for a language that has exceptions of its
/// own.
pub fn refusal_of(class: &str, code: Option<&str>) -> Option<Refusal> {
    let (status, body) = if class == ErrorKind::SignatureVerification.class_name() {
        (400, r#"{"error":"invalid signature"}"#)
    } else if class != ErrorKind::WebhookPayload.class_name() {
        return None;
    } else if code == Some(TOO_LARGE) {
        (413, r#"{"error":"payload too large"}"#)
    } else {
        (400, r#"{"error":"invalid payload"}"#)
    };
    Some(Refusal { status, body })
}
