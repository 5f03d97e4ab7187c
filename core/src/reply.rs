//! A successful answer: its facts, and its values for whichever language asks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use bytestring::ByteString;
use http::HeaderMap;

use crate::config::Limits;
use crate::decode;
use crate::document::Document;
use crate::envelope::{self, Found, PageFacts};
use crate::error::{Attempt, Error};
use crate::json::Sink;
use crate::request::Target;
use crate::schema::{Model, Operation};

/// A successful answer. What it holds is read by [`Reply::decode`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers as they came.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
    /// The id of the request: the server's, else ours.
    pub request_id: String,
    /// The idempotency key that every attempt carried.
    pub idempotency_key: Option<String>,
    /// How many requests were sent or tried.
    pub attempts: u32,
    /// What each of them came to.
    pub history: Vec<Attempt>,
    /// Where in it the answer stands.
    pub found: Found,
    /// The call that it answers. Nothing for a text that no call brought.
    pub(crate) target: Option<Target>,
    /// The body, read.
    pub(crate) document: Document,
    /// The idempotency key was the caller's.
    pub(crate) own_key: bool,
    /// The operation that was called, where it is one of the table's.
    pub(crate) operation: Option<&'static Operation>,
}

/// The values of an answer in one language.
#[derive(Debug)]
pub enum Decoded<V> {
    /// There was nothing to read.
    Nothing,
    /// One object, or a value without a schema.
    One(V),
    /// One page: its rows, and what the envelope says of the list.
    Rows(Vec<V>, PageFacts),
}

impl Reply {
    /// Reads a text as if the server had answered with it: a stored answer, say. Other
    /// than in an answer, an object of the model need not have its id.
    pub fn of_text(text: impl Into<String>, model: &'static Model) -> Result<Self, Error> {
        let text = ByteString::from(text.into());
        let (document, found) = envelope::find_model(&text, model, Limits::default())?;
        Ok(Self {
            status: 200,
            headers: HeaderMap::new(),
            body: text.into_bytes(),
            request_id: String::new(),
            idempotency_key: None,
            attempts: 0,
            history: Vec::new(),
            found,
            target: None,
            document,
            own_key: false,
            operation: None,
        })
    }

    /// A page as if it had just come.
    #[cfg(test)]
    pub(crate) fn of_page(text: &str, model: &'static Model) -> Result<Self, Error> {
        let (document, found) =
            envelope::find(&text.into(), crate::schema::Answer::Page(model), Limits::default())?;
        Ok(Self {
            status: 200,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            request_id: String::new(),
            idempotency_key: None,
            attempts: 1,
            history: Vec::new(),
            found,
            target: None,
            document,
            own_key: false,
            operation: None,
        })
    }

    /// The error of a call whose response came, and whose values could not be handed over:
    /// with what is known of the call. A write was most likely carried out.
    pub fn unusable(&self, mut error: Error) -> Error {
        let Some(target) = &self.target else { return error };
        error.status = Some(self.status);
        error.request_id = Some(self.request_id.clone());
        error.idempotency_key = self.idempotency_key.clone();
        error.attempts = self.attempts;
        error.history.clone_from(&self.history);
        error.after_sending(target);
        error
    }

    /// Reads the values; an error or a panic on the way becomes [`Reply::unusable`].
    pub fn reading<T>(&self, read: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.caught(read).map_err(|error| self.unusable(error))
    }

    /// Reads the values; a panic on the way becomes an error.
    pub fn caught<T, E: From<Error>>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        catch_unwind(AssertUnwindSafe(|| read(self)))
            .unwrap_or_else(|_| Err(Error::panicked().into()))
    }

    /// Reads the values through a language's sink.
    pub fn decode<S: Sink>(&self, sink: &mut S) -> Result<Decoded<S::Value>, S::Error> {
        self.decode_rows(sink, |_| true)
    }

    /// The same; of a page, only the rows that `keep` names by position.
    pub fn decode_rows<S: Sink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        Ok(match &self.found {
            Found::Nothing => Decoded::Nothing,
            Found::One(model, place) => {
                Decoded::One(decode::object(&self.document, place.0, model, sink)?)
            }
            Found::Rows(model, place, facts) => Decoded::Rows(
                decode::rows(&self.document, place.0, model, sink, keep)?,
                facts.clone(),
            ),
            Found::Any(_) => Decoded::One(self.document.whole(sink)?),
        })
    }

    /// The ids of the rows of a page, in order.
    pub fn ids(&self) -> Result<Vec<Option<String>>, Error> {
        match &self.found {
            Found::Rows(model, place, _) => envelope::ids(&self.document, *place, model),
            _ => Ok(Vec::new()),
        }
    }

    /// A header as text, by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Values;

    fn read(text: &str) -> Result<crate::json::Value, Error> {
        let reply = Reply::of_text(text, &crate::generated::CHECKOUT_SESSION)?;
        match reply.decode(&mut Values)? {
            Decoded::One(value) => Ok(value),
            other => Err(Error::unexpected(format!("{other:?}"))),
        }
    }

    #[test]
    fn a_text_is_read_as_an_answer_is_and_needs_no_id() {
        let wrapped = read(r#"{"success":true,"data":{"id":"cs_1","url":"u"}}"#).unwrap();
        assert_eq!(wrapped["checkout_session_id"], "cs_1");
        assert_eq!(wrapped["checkout_url"], "u");
        assert_eq!(read(r#"{"amount":"5"}"#).unwrap()["amount"], 5);
        assert_eq!(read("{}").unwrap(), crate::json!({}));
        for broken in ["", "null", "[1]", "{", "5", r#"{"a":1} x"#] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
