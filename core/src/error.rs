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

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use bytes::Bytes;
use http::Method;

use crate::json::Value;
use crate::request::Target;
use crate::secret::redact;

/// What went wrong. Each kind is one class of the same name in Python, Node and PHP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up with something it cannot use. Nothing was sent.
    Configuration,
    /// An argument is wrong. Nothing was sent.
    Validation,
    /// The server was not reached, or a read was cut off.
    Connection,
    /// The deadline passed.
    Timeout,
    /// The server's certificate or the TLS handshake was refused. Never repeated.
    Tls,
    /// A write may have been carried out, and no answer says so.
    OutcomeUnknown,
    /// A successful status with a body that is not what was asked for.
    UnexpectedResponse,
    /// The server named another address. Redirects are never followed.
    UnexpectedRedirect,
    /// The answer is larger or deeper than allowed.
    ResponseTooLarge,
    /// 400.
    BadRequest,
    /// 401.
    Authentication,
    /// 403.
    PermissionDenied,
    /// 404.
    NotFound,
    /// 409 of any sort but a reused idempotency key.
    Conflict,
    /// 409: the idempotency key was used before with another body.
    IdempotencyConflict,
    /// 422.
    UnprocessableEntity,
    /// 429.
    RateLimit,
    /// 5xx.
    Server,
    /// Any other status that is not a success.
    Status,
    /// The server has no route for this operation, under any spelling.
    UnsupportedOperation,
    /// A list repeated itself instead of ending.
    PaginationLoop,
    /// The caller gave up on the call.
    Cancelled,
    /// A webhook's signature does not prove that it comes from lomi.
    SignatureVerification,
    /// A webhook with a good signature and an unusable body.
    WebhookPayload,
    /// A defect of this library.
    Internal,
}

impl ErrorKind {
    /// The name of the class that stands for this kind in every language.
    pub const fn class_name(self) -> &'static str {
        match self {
            Self::Configuration => "ConfigurationError",
            Self::Validation => "ValidationError",
            Self::Connection => "APIConnectionError",
            Self::Timeout => "APITimeoutError",
            Self::Tls => "TLSError",
            Self::OutcomeUnknown => "OutcomeUnknownError",
            Self::UnexpectedResponse => "UnexpectedResponseError",
            Self::UnexpectedRedirect => "UnexpectedRedirectError",
            Self::ResponseTooLarge => "ResponseTooLargeError",
            Self::BadRequest => "BadRequestError",
            Self::Authentication => "AuthenticationError",
            Self::PermissionDenied => "PermissionDeniedError",
            Self::NotFound => "NotFoundError",
            Self::Conflict => "ConflictError",
            Self::IdempotencyConflict => "IdempotencyConflictError",
            Self::UnprocessableEntity => "UnprocessableEntityError",
            Self::RateLimit => "RateLimitError",
            Self::Server => "ServerError",
            Self::Status => "APIStatusError",
            Self::UnsupportedOperation => "UnsupportedOperationError",
            Self::PaginationLoop => "PaginationLoopError",
            Self::Cancelled => "CancelledError",
            Self::SignatureVerification => "SignatureVerificationError",
            Self::WebhookPayload => "WebhookPayloadError",
            Self::Internal => "InternalError",
        }
    }

    /// The kind of an HTTP status that is not a success.
    pub(crate) const fn of_status(status: u16) -> Self {
        match status {
            400 => Self::BadRequest,
            401 => Self::Authentication,
            403 => Self::PermissionDenied,
            404 => Self::NotFound,
            409 => Self::Conflict,
            422 => Self::UnprocessableEntity,
            429 => Self::RateLimit,
            500..=599 => Self::Server,
            _ => Self::Status,
        }
    }
}

/// What is known about the work that a failed call asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request never reached the server.
    NotSent,
    /// The server turned it away before doing anything.
    Rejected,
    /// It may have been done. Ask before repeating it.
    Unknown,
    /// The server answered for good: it was not done, or nothing had to be done.
    Final,
}

impl Outcome {
    /// The word for it, the same in every language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Final => "final",
        }
    }
}

/// What one request of a call came to: enough to log it, and nothing private.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// HTTP method.
    pub method: Method,
    /// The route with its parameters' names, not their values.
    pub route: Cow<'static, str>,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What went wrong, where none came, or where a success could not be read.
    pub failure: Option<ErrorKind>,
    /// From sending to the end of the answer.
    pub elapsed: Duration,
    /// The id of the request.
    pub request_id: String,
}

impl fmt::Display for Attempt {
    /// One line for a log: `POST /checkout-sessions 201 45 ms request 1f0e...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let came_to = match (self.status, self.failure) {
            (Some(status), Some(kind)) => format!("{status} {}", kind.class_name()),
            (Some(status), None) => status.to_string(),
            (None, Some(kind)) => kind.class_name().to_owned(),
            (None, None) => "nothing".to_owned(),
        };
        let milliseconds = self.elapsed.as_millis();
        write!(
            f,
            "{} {} {came_to} {milliseconds} ms request {}",
            self.method, self.route, self.request_id
        )
    }
}

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

    /// Says for an error that ended a call from outside, after it was sent, what it means
    /// for the work.
    pub(crate) fn after_sending(&mut self, target: &Target) {
        self.operation = Some(target.name());
        self.writes = !target.method().is_safe();
        self.outcome = Outcome::Unknown;
        if self.is_outcome_unknown() {
            let advice = target.advice(self.idempotency_key.as_deref());
            self.message = format!("{}; {advice}", self.message);
        }
    }

    /// A panic that was caught while a call ran.
    pub(crate) fn panicked() -> Self {
        Self::internal("a defect of this library ended the call (a panic)")
    }

    /// The caller gave up on something that is no call of the API. For a call, see
    /// [`crate::Progress::cancelled`], which names its idempotency key.
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
