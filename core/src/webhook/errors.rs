//! Errors of webhooks.

use crate::error::{Error, ErrorKind};

pub(super) fn signature_error(message: String) -> Error {
    Error::new(ErrorKind::SignatureVerification, message)
}

pub(super) fn payload_error(message: &str) -> Error {
    Error::new(ErrorKind::WebhookPayload, message)
}
