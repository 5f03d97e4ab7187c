//! The second call of an operation that the newest API does only when it is confirmed.

use std::marker::PhantomData;
use std::ops::Deref;

use super::Response;
use super::envelope::Content;
use crate::error::{Error, ErrorKind, Outcome};
use crate::json::document::{Document, Value};
use crate::models::ConfirmationRequired;
use crate::request::{CallOptions, Input, Target};
use crate::table::{CONFIRMATION_REQUIRED, Operation};

/// The field of a body that confirms an earlier call.
pub(crate) const CONFIRMATION_TOKEN: &str = "confirmation_token";

/// The second call: the first one again, with its idempotency key and the token of its response.
#[derive(Debug, Clone)]
pub(crate) struct SecondCall {
    operation: &'static Operation,
    input: Input,
    options: CallOptions,
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
    Error::validation(
        "there is nothing to confirm: only the result of a call of this client that has a \
         confirmation_token can be confirmed",
    )
}

impl Response {
    /// The call that confirms the call of this response: the same body and idempotency key, with
    /// the token of the response.
    ///
    /// # Errors [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the response asks for no
    /// confirmation, or has no token.
    pub fn confirmation(&self) -> Result<(Target, Input, CallOptions), Error> {
        let call = self.second_call.as_deref().ok_or_else(nothing_to_confirm)?;
        Ok((Target::Operation(call.operation), call.input.clone(), call.options.clone()))
    }
}

impl Response {
    /// Fails if the server asks again to confirm a call with a token: then nothing was done.
    pub fn check_confirmed(&self) -> Result<(), Error> {
        match &self.content {
            Content::One(model, _) if std::ptr::eq(*model, &CONFIRMATION_REQUIRED) => {
                Err(self.add_call_state(unconfirmed()))
            }
            _ => Ok(()),
        }
    }
}

/// The error of a call whose confirmation is still required.
pub(super) fn unconfirmed() -> Error {
    let message = "nothing has been done yet: the call must be confirmed with the token in its \
                   response";
    let mut error = Error::new(ErrorKind::Status, message);
    error.inner.outcome = Outcome::Final;
    error
}

/// A call that the server does only when it is confirmed: no money has moved yet. Pass it to
/// [`Client::confirm`](crate::Client::confirm).
#[derive(Debug, Clone)]
pub struct Confirmation<T> {
    /// What the server would do, until when, and its token.
    pub required: ConfirmationRequired,
    pub(crate) response: Box<Response>,
    pub(crate) result: PhantomData<fn() -> T>,
}

impl<T> Deref for Confirmation<T> {
    type Target = ConfirmationRequired;

    fn deref(&self) -> &ConfirmationRequired {
        &self.required
    }
}

impl<T> PartialEq for Confirmation<T> {
    fn eq(&self, other: &Self) -> bool {
        self.required == other.required
    }
}
