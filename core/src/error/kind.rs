//! What went wrong.

/// What went wrong. Each kind is one class of the same name in Python, Node and PHP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option of the client is invalid. Nothing was sent.
    Configuration,
    /// An argument is invalid. Nothing was sent.
    Validation,
    /// The server was not reached, or the connection of a read broke.
    Connection,
    /// The deadline passed.
    Timeout,
    /// The server's certificate or the TLS handshake was refused. Never repeated.
    Tls,
    /// A write may have been carried out, but no response confirmed it.
    OutcomeUnknown,
    /// A successful response whose body is not what the operation returns.
    UnexpectedResponse,
    /// The server redirected to another address. Redirects are never followed.
    UnexpectedRedirect,
    /// The response exceeds a limit, such as its size or nesting.
    ResponseTooLarge,
    /// 400.
    BadRequest,
    /// 401.
    Authentication,
    /// 403.
    PermissionDenied,
    /// 404.
    NotFound,
    /// 409, except for a reused idempotency key.
    Conflict,
    /// 409: the idempotency key was used before with another body.
    IdempotencyConflict,
    /// The token of a call that confirms an earlier one has expired, or is for another body.
    ConfirmationToken,
    /// 422.
    UnprocessableEntity,
    /// 429.
    RateLimit,
    /// 5xx.
    Server,
    /// Any other status that is not a success.
    Status,
    /// The server has no route for this operation, in any route style.
    UnsupportedOperation,
    /// The time of a wait passed before the object reached the state that was waited for. Its last
    /// state is [`Error::last`](crate::Error::last).
    StillPending,
    /// A list returned the same page again instead of ending.
    PaginationLoop,
    /// The caller cancelled the call.
    Cancelled,
    /// A webhook's signature does not prove that it comes from lomi.
    SignatureVerification,
    /// A webhook with a valid signature and an invalid body.
    WebhookPayload,
    /// The transaction of an [inbox](crate::inbox) has ended although its handler succeeded.
    InboxRolledBack,
    /// A defect of this library.
    Internal,
}

impl ErrorKind {
    /// The name of this kind's error class in every language.
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
            Self::ConfirmationToken => "ConfirmationTokenError",
            Self::UnprocessableEntity => "UnprocessableEntityError",
            Self::RateLimit => "RateLimitError",
            Self::Server => "ServerError",
            Self::Status => "APIStatusError",
            Self::UnsupportedOperation => "UnsupportedOperationError",
            Self::StillPending => "StillPendingError",
            Self::PaginationLoop => "PaginationLoopError",
            Self::Cancelled => "CancelledError",
            Self::SignatureVerification => "SignatureVerificationError",
            Self::WebhookPayload => "WebhookPayloadError",
            Self::InboxRolledBack => "InboxRolledBackError",
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
