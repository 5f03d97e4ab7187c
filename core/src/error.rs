//! One error for everything that can go wrong, with a kind to match on.
//!
//! ```
//! # fn handle(result: Result<(), lomi::Error>) {
//! match result {
//!     Err(error) if error.kind == lomi::ErrorKind::NotFound => println!("gone: {error}"),
//!     Err(error) => println!("{error} (request {:?})", error.request_id),
//!     Ok(()) => {}
//! }
//! # }
//! ```

mod attempt;
mod kind;
mod outcome;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use bytes::Bytes;

use crate::json::Value;
use crate::secret::redact;

pub use attempt::Attempt;
pub use kind::ErrorKind;
pub use outcome::Outcome;

/// A failed call, or an argument that cannot be used. Dereferences to [`Failure`],
/// which holds everything that is known.
#[derive(Clone)]
pub struct Error(Box<Failure>);

/// Everything that is known about a failure.
#[derive(Clone)]
#[non_exhaustive]
pub struct Failure {
    /// What went wrong.
    pub kind: ErrorKind,
    /// One sentence for people, without secrets.
    pub message: String,
    /// The sentence of the server itself, without secrets, where it sent one.
    pub server_message: Option<String>,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// The API's own word, such as `not_found`.
    pub code: Option<String>,
    /// Whatever the API added: an object, a list, a text or nothing.
    pub details: Option<Value>,
    /// The body as it came; of a very large one its first mebibyte.
    pub body: Option<Bytes>,
    /// The headers as they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The id of the last request, sent by us and echoed by the server.
    pub request_id: Option<String>,
    /// The idempotency key that every attempt carried.
    pub idempotency_key: Option<String>,
    /// How many requests were sent or tried.
    pub attempts: u32,
    /// What each of them came to.
    pub history: Vec<Attempt>,
    /// What is known about the work.
    pub outcome: Outcome,
    /// The operation, such as `create_checkout_session`.
    pub operation: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// The call was one that changes something.
    pub(crate) writes: bool,
}

/// The most characters of a message.
const LONGEST_MESSAGE: usize = 900;

/// A message without the middle of a very long value in it: what is refused comes at the start
/// of a sentence, and what to do about it at the end.
pub(crate) fn bounded(message: String) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message;
    }
    let half = LONGEST_MESSAGE / 2;
    let start = message.char_indices().nth(half);
    let end = message.char_indices().rev().nth(half);
    match (start, end) {
        (Some((start, _)), Some((end, _))) if start < end => {
            let part = |range| message.get(range).unwrap_or_default();
            format!("{} ... {}", part(0..start), part(end..message.len()))
        }
        _ => message,
    }
}

impl Error {
    /// An error of a kind, with one sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            kind,
            message: bounded(redact(&message.into())),
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
        }))
    }

    /// Whether the call was a write that may have been carried out. Each language catches
    /// such an error as `OutcomeUnknownError`, whatever else its class is.
    pub fn is_outcome_unknown(&self) -> bool {
        self.kind == ErrorKind::OutcomeUnknown || (self.writes && self.outcome == Outcome::Unknown)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Validation, message)
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::UnexpectedResponse, message)
    }

    /// A defect of this library, such as a caught panic.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// A panic that was caught while a call ran.
    pub(crate) fn panicked() -> Self {
        Self::internal("a defect of this library ended the call (a panic)")
    }

    /// The caller gave up on something that is no call of the API. For a call, see
    /// [`crate::CallHandle::cancelled`], which names its idempotency key.
    pub fn cancelled() -> Self {
        let mut error = Self::new(ErrorKind::Cancelled, "the call was cancelled");
        error.outcome = Outcome::Unknown;
        error
    }
}

impl fmt::Debug for Failure {
    /// Leaves out what the server wrote: it may repeat a key or a person's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("request_id", &self.request_id)
            .field("idempotency_key", &self.idempotency_key)
            .field("attempts", &self.attempts)
            .field("outcome", &self.outcome)
            .field("operation", &self.operation)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl Deref for Error {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl fmt::Display for Error {
    /// One line: message, then status, code and request id where known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut facts = Vec::new();
        if let Some(status) = self.status {
            facts.push(format!("status {status}"));
        }
        if let Some(code) = &self.code {
            facts.push(format!("code {code}"));
        }
        if let Some(id) = &self.request_id {
            facts.push(format!("request {id}"));
        }
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {}
