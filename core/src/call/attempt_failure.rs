//! Why an attempt gave no result.

use std::time::Duration;

use crate::error::{Error, Outcome};

/// How an attempt went wrong, as far as repeating it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttemptFailure {
    /// What is known about the work.
    pub(crate) outcome: Outcome,
    /// The server asked us to slow down.
    pub(crate) throttled: bool,
    /// How long the server asks to wait.
    pub(crate) hint: Option<Duration>,
    /// The server still works on a request with the same idempotency key.
    pub(crate) in_progress: bool,
}

/// Why an answer is no response.
pub(crate) enum ReadFailure {
    NextRoute,
    Failed(Box<Error>, AttemptFailure),
}
