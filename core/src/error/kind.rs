//! What went wrong.

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
