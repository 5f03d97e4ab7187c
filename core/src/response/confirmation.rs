//! Confirming an operation that the newest API does only in a second call.

use std::marker::PhantomData;
use std::ops::Deref;

use super::Response;
use super::envelope::Content;
use super::second_call::nothing_to_confirm;
use crate::error::{Error, ErrorKind, Outcome};
use crate::messages::response as messages;
use crate::models::ConfirmationRequired;
use crate::request::{CallOptions, Input, Target};
use crate::table::CONFIRMATION_REQUIRED;

impl Response {
    /// Whether the server asks to confirm the call of this response.
    pub fn asks_for_confirmation(&self) -> bool {
        self.second_call.is_some()
    }

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
    let mut error = Error::new(ErrorKind::Status, messages::unconfirmed());
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
