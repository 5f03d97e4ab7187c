//! The result of a create.

use std::marker::PhantomData;

use super::Response;
use super::confirmation::{Confirmation, unconfirmed};
use super::envelope::Content;
use super::typed::{FromDocument, read_json, read_one};
use crate::error::{Error, ErrorKind, Outcome};
use crate::json::Value;
use crate::messages::response as messages;
use crate::models::{CheckoutSession, PaymentRequired};
use crate::table::CONFIRMATION_REQUIRED;

/// The result of a create: the new object, or what must happen first.
///
/// ```no_run
/// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
/// use lomi::Created;
/// use lomi::models::CheckoutSessionCreate;
///
/// let body = CheckoutSessionCreate::new().amount(10000).currency_code("XOF");
/// match client.checkout_sessions().create(body).await? {
///     Created::Done(session) => println!("{:?}", session.checkout_url),
///     Created::PaymentRequired(first) => println!("to be paid first: {first:?}"),
///     _ => {}
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Created<T> {
    /// The new object.
    Done(T),
    /// The customer has an unpaid invoice; nothing was created.
    PaymentRequired(Box<PaymentRequired>),
    /// No money has moved yet: the call must be confirmed with its token, see
    /// [`Client::confirm`](crate::Client::confirm).
    ConfirmationRequired(Box<Confirmation<T>>),
}

impl Created<CheckoutSession> {
    /// The new session, or an error that names the invoice to pay first.
    pub fn into_session(self) -> Result<CheckoutSession, Error> {
        self.into_inner()
    }
}

impl<T> Created<T> {
    /// The new object, or an error if a payment or a confirmation is required first.
    pub fn into_inner(self) -> Result<T, Error> {
        match self {
            Self::Done(created) => Ok(created),
            Self::PaymentRequired(first) => Err(refused(*first)),
            Self::ConfirmationRequired(_) => Err(unconfirmed()),
        }
    }
}

impl<T: FromDocument> Created<T> {
    pub(crate) fn read(response: &Response) -> Result<Self, Error> {
        match &response.content {
            Content::One(model, _) if std::ptr::eq(*model, &CONFIRMATION_REQUIRED) => {
                let (response, result) = (Box::new(response.clone()), PhantomData);
                read_one(&response)
                    .map(|required| Confirmation { required, response, result })
                    .map(|first| Self::ConfirmationRequired(Box::new(first)))
            }
            Content::One(model, _) if model.marker.is_some() => {
                read_one(response).map(|first| Self::PaymentRequired(Box::new(first)))
            }
            _ => read_one(response).map(Self::Done),
        }
    }
}

/// The error of a create that requires a payment first, from its JSON.
pub fn payment_required_error(first: &Value) -> Error {
    match read_json(&first.to_string()) {
        Ok(first) => refused(first),
        Err(error) => error,
    }
}

fn refused(first: PaymentRequired) -> Error {
    let invoice = first.blocking_invoice.unwrap_or_default();
    let message = match invoice.invoice_number.or(invoice.invoice_id) {
        Some(number) => messages::invoice_first(number),
        None => messages::an_invoice_first(),
    };
    let mut error = Error::new(ErrorKind::Status, message);
    error.inner.code = first.reason;
    error.inner.outcome = Outcome::Final;
    error
}
