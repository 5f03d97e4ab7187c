//! Why an attempt failed.

use std::time::Duration;

use crate::error::{Error, Outcome};

/// What the retry decision needs from a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttemptFailure {
    /// Whether the work may have been done.
    pub(crate) outcome: Outcome,
    /// The server asked us to slow down.
    pub(crate) throttled: bool,
    /// How long the server asks to wait.
    pub(crate) hint: Option<Duration>,
    /// The server still works on a request with the same idempotency key.
    pub(crate) in_progress: bool,
}

/// Why a raw response does not become a response.
pub(crate) enum ReadFailure {
    /// The server has no such route, and the next one must be tried.
    NextRoute,
    /// The attempt failed.
    Failed(Box<Error>, AttemptFailure),
}
