//! The result of a create.

use super::Response;
use super::envelope::Content;
use super::typed::{FromObject, read_one};
use crate::error::{Error, ErrorKind, Outcome};
use crate::models::PaymentRequired;

/// What create answers: the new object, or what must be paid before there can be one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Created<T> {
    /// The new object.
    Done(T),
    /// The customer has an unpaid invoice; nothing was made.
    PaymentRequired(Box<PaymentRequired>),
}

impl<T> Created<T> {
    /// The new object, or an error that names the invoice to pay first.
    pub fn done(self) -> Result<T, Error> {
        match self {
            Self::Done(object) => Ok(object),
            Self::PaymentRequired(first) => {
                let invoice = first.blocking_invoice.unwrap_or_default();
                let named = invoice.invoice_number.or(invoice.invoice_id);
                let invoice =
                    named.map_or_else(|| "an invoice".to_owned(), |n| format!("invoice {n}"));
                let mut error = Error::new(
                    ErrorKind::Status,
                    format!("nothing was made: the customer has to pay {invoice} first"),
                );
                error.inner.code = first.reason;
                error.inner.outcome = Outcome::Final;
                Err(error)
            }
        }
    }
}

impl<T: FromObject> Created<T> {
    pub(crate) fn read(response: &Response) -> Result<Self, Error> {
        match &response.content {
            Content::One(model, _) if model.marker.is_some() => {
                read_one(response).map(|first| Self::PaymentRequired(Box::new(first)))
            }
            _ => read_one(response).map(Self::Done),
        }
    }
}
