//! Errors of webhooks.

use crate::error::{Error, ErrorKind};

pub(super) fn unproven(message: String) -> Error {
    Error::new(ErrorKind::SignatureVerification, message)
}

pub(super) fn unusable(message: &str) -> Error {
    Error::new(ErrorKind::WebhookPayload, message)
}
