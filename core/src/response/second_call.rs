//! The call that confirms another one.

use super::envelope::Content;
use crate::error::Error;
use crate::json::document::{Document, Value};
use crate::messages::response as messages;
use crate::request::{CallOptions, Input};
use crate::table::{CONFIRMATION_REQUIRED, Operation};

/// The field of a body that confirms an earlier call.
pub(crate) const CONFIRMATION_TOKEN: &str = "confirmation_token";

/// The second call: the first one again, with its idempotency key and the token of its response.
#[derive(Debug, Clone)]
pub(crate) struct SecondCall {
    pub(super) operation: &'static Operation,
    pub(super) input: Input,
    pub(super) options: CallOptions,
}

impl SecondCall {
    /// The second call of two, if the first response has a token.
    pub(crate) fn new(
        operation: &'static Operation,
        (input, options): (&Input, &CallOptions),
        idempotency_key: Option<&String>,
        (document, content): (&Document, &Content),
    ) -> Option<Box<Self>> {
        let Content::One(model, place) = content else { return None };
        if !std::ptr::eq(*model, &CONFIRMATION_REQUIRED) {
            return None;
        }
        let token = match document.at(document.member(place.0, CONFIRMATION_TOKEN)?) {
            Value::Text(token) if !token.is_empty() => token.to_owned(),
            _ => return None,
        };
        let key = idempotency_key.cloned();
        let (input, options) = second_call(input.clone(), options.clone(), key, &token).ok()?;
        Some(Box::new(Self { operation, input, options }))
    }
}

/// The arguments of the call that confirms another one: its body with the token of its response, and
/// its idempotency key.
///
/// # Errors [`ErrorKind::Validation`](crate::ErrorKind::Validation) without a token or a body.
pub fn second_call(
    mut input: Input,
    options: CallOptions,
    idempotency_key: Option<String>,
    token: &str,
) -> Result<(Input, CallOptions), Error> {
    match input.body.as_mut().and_then(|body| body.as_object_mut()) {
        Some(body) if !token.is_empty() => body.insert(CONFIRMATION_TOKEN.into(), token.into()),
        _ => return Err(nothing_to_confirm()),
    };
    Ok((input, CallOptions { idempotency_key, request_id: None, ..options }))
}

/// The error of a confirmation without a call that asks for one.
pub fn nothing_to_confirm() -> Error {
    Error::validation(messages::nothing_to_confirm())
}
