//! Errors of webhooks.

use crate::error::{Error, ErrorKind};
use crate::message::Message;

pub(super) fn signature_error(message: Message) -> Error {
    Error::new(ErrorKind::SignatureVerification, message)
}

pub(super) fn payload_error(message: Message) -> Error {
    Error::new(ErrorKind::WebhookPayload, message)
}
