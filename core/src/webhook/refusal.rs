//! What a webhook endpoint answers to a delivery that it refuses, the same in every
//! framework of every language. The reason goes to the log, not to the sender.

use super::errors::unusable;
use crate::error::{Error, ErrorKind};

/// The most bytes of a body that the helpers for web frameworks read: 1 MiB. Deliveries
/// of lomi. have a few kilobytes, and anyone can send to a webhook endpoint.
pub const MAX_BODY: usize = 1 << 20;

/// The code of the error for a body beyond [`MAX_BODY`].
const TOO_LARGE: &str = "payload_too_large";

/// An answer that refuses a delivery. lomi. does not repeat what is answered with 4xx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The body, which is JSON.
    pub body: &'static str,
}

/// The error for a body with more than [`MAX_BODY`] bytes, of which the rest need not be
/// read.
pub fn body_too_large() -> Error {
    let mut error = unusable(&format!(
        "the body has more than {MAX_BODY} bytes, and no delivery of lomi. is that large"
    ));
    error.inner.code = Some(TOO_LARGE.into());
    error
}

/// The error for an empty body of a request that was sent with one. It is a fault of the
/// set-up: answered with 500, so that the delivery comes again once it is mended.
pub fn body_already_read() -> Error {
    Error::configuration(
        "the request came with a body, and something read it before the webhook handler, so its \
         signature cannot be checked: move the handler before body parsers and middleware that \
         read the body",
    )
}

/// What to answer when a delivery failed with this error. Nothing for an error that is no
/// fault of the sender: that is a 500, after which lomi. delivers again.
pub fn refusal(error: &Error) -> Option<Refusal> {
    refusal_of(error.inner.kind.class_name(), error.inner.code.as_deref())
}

/// The same by the name of the error's class and its code, for a language that has the
/// error as an exception of its own.
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
