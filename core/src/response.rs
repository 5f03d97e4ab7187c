//! A successful response: its metadata, and its values in any language.

mod confirmation;
mod created;
pub(crate) mod decode;
mod downloaded;
pub(crate) mod envelope;
pub(crate) mod error_body;
mod error_details;
mod field_cache;
mod last_state;
mod lazy_row;
mod normalize;
mod page;
mod pager;
mod raw_json;
mod replayed;
pub(crate) mod second_call;
pub(crate) mod server_clock;
pub(crate) mod typed;
pub(crate) mod web_page;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use bytestring::ByteString;
use http::HeaderMap;

use crate::error::{Attempt, Error, Outcome};
use crate::json::{Document, Sink, Value, Values};
use crate::limits::Limits;
use crate::request::Target;
use crate::table::{Model, Operation};

pub use confirmation::Confirmation;
pub use created::{Created, payment_required_error};
pub use downloaded::Downloaded;
pub use envelope::{Content, PageInfo};
pub use lazy_row::{LazyRow, LazyRowSink};
pub use page::Page;
pub use pager::{NewRows, Pager};
pub use raw_json::{RawJson, RawJsonSink};
pub use second_call::{nothing_to_confirm, second_call};
pub use typed::{FromDocument, read_values};

/// A successful response. [`Response::decode`] reads its values.
///
/// ```no_run
/// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
/// use lomi::{CallOptions, Input};
///
/// let input = Input::default();
/// let response =
///     client.request(http::Method::GET, "/providers", input, CallOptions::new()).await?;
/// println!("{} after {} attempts", response.status, response.attempts);
/// let providers: lomi::Value = String::from_utf8_lossy(&response.body).parse()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers as received.
    pub headers: HeaderMap,
    /// The body as received.
    pub body: Bytes,
    /// The id of the request: the server's if it sent one, else the client's.
    pub request_id: String,
    /// The idempotency key that every attempt carried.
    pub idempotency_key: Option<String>,
    /// How many requests were sent or attempted.
    pub attempts: u32,
    /// The result of each attempt.
    pub history: Vec<Attempt>,
    /// The position of the object or rows in the body.
    pub content: Content,
    /// The endpoint of the call; `None` for JSON that did not come from a call.
    pub(crate) target: Option<Target>,
    /// The parsed body.
    pub(crate) document: Document,
    /// Whether the caller passed the idempotency key.
    pub(crate) caller_key: bool,
    /// The operation of the call, if it is one of the table.
    pub(crate) operation: Option<&'static Operation>,
    /// The call that confirms this one, if the server asks for it.
    pub(crate) second_call: Option<Box<second_call::SecondCall>>,
    /// The size of the file, if the response was saved to one.
    pub(crate) saved: Option<u64>,
}

impl fmt::Debug for Response {
    /// Without the body: it may be a new key, and is personal data in any case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("idempotency_key", &self.idempotency_key)
            .field("attempts", &self.attempts)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// The values of a response in one language.
#[derive(Debug)]
pub enum Decoded<V> {
    /// There is no value.
    Nothing,
    /// One object, or a value without a schema.
    One(V),
    /// One page: its rows, and the envelope's information about the list.
    Rows(Vec<V>, PageInfo),
}

impl Response {
    /// Reads JSON, such as a stored response, as if the server had sent it. Unlike in a response,
    /// an object of the model need not have an id.
    pub fn from_json(text: impl Into<String>, model: &'static Model) -> Result<Self, Error> {
        let text = ByteString::from(text.into());
        let (document, content) = envelope::read_object(&text, model, Limits::default())?;
        Ok(Self {
            status: 200,
            headers: HeaderMap::new(),
            body: text.into_bytes(),
            request_id: String::new(),
            idempotency_key: None,
            attempts: 0,
            history: Vec::new(),
            content,
            target: None,
            document,
            caller_key: false,
            operation: None,
            second_call: None,
            saved: None,
        })
    }

    /// A response without an object, such as that of a delete.
    pub(crate) fn without_content() -> Self {
        Self {
            status: 200,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            request_id: String::new(),
            idempotency_key: None,
            attempts: 0,
            history: Vec::new(),
            content: Content::Nothing,
            target: None,
            document: Document::default(),
            caller_key: false,
            operation: None,
            saved: None,
            second_call: None,
        }
    }

    /// Reads JSON as a page of a list.
    #[cfg(test)]
    pub(crate) fn of_page(text: &str, model: &'static Model) -> Result<Self, Error> {
        let (document, content) = envelope::read(
            &text.into(),
            crate::table::Returns::Page(model),
            &[],
            Limits::default(),
        )?;
        Ok(Self {
            status: 200,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            request_id: String::new(),
            idempotency_key: None,
            attempts: 1,
            history: Vec::new(),
            content,
            target: None,
            document,
            caller_key: false,
            operation: None,
            second_call: None,
            saved: None,
        })
    }

    /// Adds the state of the call to an error that occurred after its response arrived. A write was
    /// most likely carried out.
    pub fn add_call_state(&self, mut error: Error) -> Error {
        let Some(target) = &self.target else { return error };
        error.inner.status = Some(self.status);
        error.inner.request_id = Some(self.request_id.clone());
        error.inner.idempotency_key = self.idempotency_key.clone();
        error.inner.attempts = self.attempts;
        error.inner.history.clone_from(&self.history);
        if error.inner.outcome != Outcome::Final {
            target.after_sending(&mut error);
        }
        error
    }

    /// Reads the values. An error or a panic gets the state of the call, see
    /// [`Response::add_call_state`].
    pub fn read_with<T>(&self, read: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.catch_panic(read).map_err(|error| self.add_call_state(error))
    }

    /// Reads the values. A panic becomes an error.
    pub fn catch_panic<T, E: From<Error>>(
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

    /// Like [`Response::decode`], but reads only the rows of a page for whose position `keep`
    /// returns true.
    pub fn decode_rows<S: Sink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Decoded<S::Value>, S::Error> {
        decode::with_decoder(&self.document, |decoder| {
            let row = |sink: &mut S, place, model| decoder.row(place, model, sink);
            self.build(sink, keep, row, |sink| self.document.whole(sink))
        })
    }

    /// Builds a language's values: `row` reads each object of a model, and `whole` content without
    /// a schema.
    fn build<S: Sink>(
        &self,
        sink: &mut S,
        keep: impl Fn(usize) -> bool,
        mut row: impl FnMut(&mut S, usize, &'static Model) -> Result<S::Value, S::Error>,
        whole: impl FnOnce(&mut S) -> Result<S::Value, S::Error>,
    ) -> Result<Decoded<S::Value>, S::Error> {
        Ok(match &self.content {
            Content::Nothing => Decoded::Nothing,
            Content::One(model, place) => Decoded::One(row(sink, place.0, model)?),
            Content::Rows(model, list, info) => {
                let kept = self.document.items(list.0).enumerate().filter(|(at, _)| keep(*at));
                let rows = kept.map(|(_, place)| row(sink, place, model));
                Decoded::Rows(rows.collect::<Result<_, _>>()?, info.clone())
            }
            Content::Any(_) => Decoded::One(whole(sink)?),
        })
    }

    /// The body as JSON, without types.
    pub fn json(&self) -> Result<Value, Error> {
        match &self.content {
            Content::Nothing => Ok(Value::Null),
            _ => self.document.whole(&mut Values),
        }
    }

    /// The ids of the rows of a page, in order.
    pub fn ids(&self) -> Result<Vec<Option<String>>, Error> {
        match &self.content {
            Content::Rows(model, place, _) => envelope::ids(&self.document, *place, model),
            _ => Ok(Vec::new()),
        }
    }

    /// The value of a header as a string. The name is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    pub(super) mod equal_values;

    use super::*;

    fn read(text: &str) -> Result<crate::json::Value, Error> {
        let response = Response::from_json(text, &crate::table::CHECKOUT_SESSION)?;
        match response.decode(&mut Values)? {
            Decoded::One(value) => Ok(value),
            other => Err(Error::unexpected(format!("{other:?}").into())),
        }
    }

    #[test]
    fn json_is_read_as_a_response_is_and_needs_no_id() {
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
