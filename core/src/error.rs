//! One error for everything that can go wrong, with a kind to match on.

mod attempt;
mod kind;
mod outcome;
mod unknown_call;

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::json::Value;
use crate::message::{Language, Message};
use crate::messages::bindings as shared;
use crate::messages::error as words;
use crate::secret::redact;

pub use attempt::Attempt;
pub use kind::ErrorKind;
pub use outcome::Outcome;
pub use unknown_call::UnknownCall;

/// A failed call, or an invalid argument.
///
/// [`Error::kind`] tells what went wrong, [`Error::outcome`] whether the work may have been done,
/// and [`Error::request_id`] what to quote to support.
///
/// ```
/// # fn handle(result: Result<(), lomi::Error>) {
/// match result {
///     Err(error) if error.kind() == lomi::ErrorKind::NotFound => println!("gone: {error}"),
///     Err(error) => println!("{error} (request {:?})", error.request_id()),
///     Ok(()) => {}
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error {
    /// Boxed to keep `Result` small.
    pub(crate) inner: Box<Inner>,
}

/// The fields of an error; see the methods of [`Error`].
#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) message: Message,
    /// The language of the client; that of `LOMI_LANG` when not set.
    pub(crate) language: Option<Language>,
    pub(crate) server_message: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) details: Option<Value>,
    pub(crate) body: Option<Bytes>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) history: Vec<Attempt>,
    pub(crate) outcome: Outcome,
    pub(crate) operation: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// Whether the call was a write.
    pub(crate) writes: bool,
    /// The last response of a wait: a `Response`. A response reports errors itself, so its type
    /// is not named here.
    pub(crate) last: Option<Arc<dyn Any + Send + Sync>>,
    pub(crate) unknown_call: Option<Box<UnknownCall>>,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// One sentence for people, without secrets, in the language of the client or of `LOMI_LANG`.
    pub fn message(&self) -> &str {
        self.inner.message.text(self.language())
    }

    /// The same sentence in every language, for a binding that says it as part of another one.
    #[doc(hidden)]
    pub fn sentence(&self) -> &Message {
        &self.inner.message
    }

    /// The same error in another language.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        self.inner.language = Some(language);
        self
    }

    /// The same error in another language, unless that of its client is known: for a binding whose
    /// language has an environment of its own.
    #[doc(hidden)]
    #[must_use]
    pub fn or_in_language(mut self, language: Option<Language>) -> Self {
        self.inner.language = self.inner.language.or(language);
        self
    }

    fn language(&self) -> Language {
        self.inner.language.unwrap_or_else(Language::of_environment)
    }

    /// The server's message, without secrets, if it sent one.
    pub fn server_message(&self) -> Option<&str> {
        self.inner.server_message.as_deref()
    }

    /// The HTTP status, if a response came.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// The API's error code, such as `not_found`.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// Further details from the API: an object, a list or a string.
    pub fn details(&self) -> Option<&Value> {
        self.inner.details.as_ref()
    }

    /// The body of the response as received; at most its first mebibyte.
    pub fn body(&self) -> Option<&Bytes> {
        self.inner.body.as_ref()
    }

    /// The headers of the response as received, with names in lower case.
    pub fn headers(&self) -> &[(String, String)] {
        &self.inner.headers
    }

    /// The id of the last request, sent by the client and echoed by the server.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// The idempotency key that every attempt carried.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.inner.idempotency_key.as_deref()
    }

    /// How many requests were sent or attempted.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// The result of each attempt.
    pub fn history(&self) -> &[Attempt] {
        &self.inner.history
    }

    /// Whether the work may have been done.
    pub fn outcome(&self) -> Outcome {
        self.inner.outcome
    }

    /// The operation, such as `create_checkout_session`.
    pub fn operation(&self) -> Option<&str> {
        self.inner.operation.as_deref()
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// What is known of a call whose outcome is unknown, to find it out later with
    /// [`Client::find_outcome_of`](crate::Client::find_outcome_of).
    pub fn unknown_call(&self) -> Option<&UnknownCall> {
        self.inner.unknown_call.as_deref()
    }

    /// Whether the call was a write that may have been carried out. Check before you repeat it, or
    /// repeat it with the same idempotency key if the operation takes one.
    pub fn is_outcome_unknown(&self) -> bool {
        let Inner { kind, writes, outcome, .. } = *self.inner;
        kind == ErrorKind::OutcomeUnknown || (writes && outcome == Outcome::Unknown)
    }
}

/// The most bytes of a message.
const LONGEST_MESSAGE: usize = 900;

/// Shortens a message with a very long value in its middle: the start of a sentence names what is
/// refused, and the end what to do about it.
pub(crate) fn bounded(message: &str) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let half = LONGEST_MESSAGE / 2;
    let start = message.char_indices().nth(half);
    let end = message.char_indices().rev().nth(half);
    match (start, end) {
        (Some((start, _)), Some((end, _))) if start < end => {
            let part = |range| message.get(range).unwrap_or_default();
            format!("{} ... {}", part(0..start), part(end..message.len()))
        }
        _ => message.to_owned(),
    }
}

impl Error {
    /// An error of a kind, with one sentence.
    pub fn new(kind: ErrorKind, message: impl Into<Message>) -> Self {
        let inner = Inner {
            kind,
            message: message.into().map(|text| bounded(&redact(text))),
            language: None,
            server_message: None,
            status: None,
            code: None,
            details: None,
            body: None,
            headers: Vec::new(),
            request_id: None,
            idempotency_key: None,
            attempts: 0,
            history: Vec::new(),
            outcome: Outcome::NotSent,
            operation: None,
            retry_after: None,
            writes: false,
            last: None,
            unknown_call: None,
            source: None,
        };
        Self { inner: Box::new(inner) }
    }

    /// The same error under another kind, for a binding.
    #[doc(hidden)]
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.inner.kind = kind;
        self
    }

    /// The same error with another sentence, for a binding.
    #[doc(hidden)]
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Message>) -> Self {
        self.inner.message = message.into();
        self
    }

    /// The same error with the request id, idempotency key and attempts of its call, for a binding.
    #[doc(hidden)]
    #[must_use]
    pub fn of_call(mut self, request_id: &str, key: Option<&str>, attempts: u32) -> Self {
        self.inner.request_id = Some(request_id.to_owned());
        self.inner.idempotency_key = key.map(str::to_owned);
        self.inner.attempts = attempts;
        self
    }

    /// The same error with the name of its operation, if it has none, for a binding.
    #[doc(hidden)]
    #[must_use]
    pub fn of_operation(mut self, operation: Option<&str>) -> Self {
        if self.inner.operation.is_none() {
            self.inner.operation = operation.map(str::to_owned);
        }
        self
    }

    pub(crate) fn validation(message: Message) -> Self {
        Self::new(ErrorKind::Validation, message)
    }

    pub(crate) fn configuration(message: Message) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn unexpected(message: Message) -> Self {
        Self::new(ErrorKind::UnexpectedResponse, message)
    }

    /// A defect of this library, such as a caught panic.
    pub fn internal(message: impl Into<Message>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// A panic that was caught while a call ran.
    pub(crate) fn panicked() -> Self {
        Self::internal(words::panicked())
    }

    /// A wait that the caller cancelled. For a call, see [`CallHandle::cancelled`](crate::binding::CallHandle::cancelled), which
    /// adds its idempotency key.
    pub fn cancelled() -> Self {
        let mut error = Self::new(ErrorKind::Cancelled, shared::call_cancelled());
        error.inner.outcome = Outcome::Unknown;
        error
    }
}

impl fmt::Debug for Error {
    /// Leaves out what the server sent: it may repeat a key or personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("message", &self.message())
            .field("status", &self.inner.status)
            .field("code", &self.inner.code)
            .field("request_id", &self.inner.request_id)
            .field("idempotency_key", &self.inner.idempotency_key)
            .field("attempts", &self.inner.attempts)
            .field("outcome", &self.inner.outcome)
            .field("operation", &self.inner.operation)
            .field("retry_after", &self.inner.retry_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    /// One line: the message, then status, code and request id if there are any. Their names are the
    /// same in every language.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        let mut parts = Vec::new();
        if let Some(status) = self.inner.status {
            parts.push(format!("status {status}"));
        }
        if let Some(code) = &self.inner.code {
            parts.push(format!("code {code}"));
        }
        if let Some(id) = &self.inner.request_id {
            parts.push(format!("request {id}"));
        }
        if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join(", ")) }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}
