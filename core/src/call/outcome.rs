//! What may be sent again, and what an error says of the work.

use std::time::Duration;

use super::state::Call;
use crate::error::{Error, ErrorKind, Outcome};
use crate::request::Target;

/// Longest time for one attempt of a call that may be sent again, when none is given.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

impl Call {
    /// Longest time for one attempt. Cutting an attempt short is of use only where the
    /// request may be sent again; any other write has until the deadline.
    pub(super) fn attempt_timeout(&self) -> Duration {
        let given = self.options.attempt_timeout.or(self.config.attempt_timeout);
        given.unwrap_or(match self.repeats_after_timeout() {
            true => ATTEMPT_TIMEOUT,
            false => Duration::MAX,
        })
    }

    /// Whether a request was handed to the transport.
    fn was_sent(&self) -> bool {
        !self.history.is_empty() || self.in_flight
    }

    /// The error for a call that broke off between two steps, as in a panic.
    pub fn interrupted(&self, mut error: Error) -> Error {
        if self.was_sent() {
            error.inner.outcome = Outcome::Unknown;
        }
        self.finish(error)
    }

    /// Whether doing it twice does no more than doing it once.
    pub fn replay_safe(&self) -> bool {
        match &self.target {
            Target::Operation(operation) => operation.replay_safe,
            Target::Raw { method, .. } => method.is_safe(),
        }
    }

    /// Whether to send the call again while the server may still work on it, as it may after
    /// a timeout: reads, and writes whose idempotency key the server knows.
    pub(super) fn repeats_after_timeout(&self) -> bool {
        match &self.target {
            Target::Operation(operation) => operation.keyed || operation.method.is_safe(),
            Target::Raw { method, .. } => method.is_safe(),
        }
    }

    /// Puts what the call knows into an error that leaves it.
    pub(super) fn finish(&self, mut error: Error) -> Error {
        let writes = !self.target.method().is_safe();
        // These come after the request was sent, and say nothing of the work.
        let says_nothing = matches!(
            error.inner.kind,
            ErrorKind::UnexpectedResponse
                | ErrorKind::UnexpectedRedirect
                | ErrorKind::ResponseTooLarge
                | ErrorKind::Internal
        );
        // Nor does the last attempt say anything about those before it.
        if writes
            && (self.earlier_unknown || (says_nothing && error.inner.outcome != Outcome::NotSent))
        {
            error.inner.outcome = Outcome::Unknown;
        }
        error.inner.writes = writes;
        if error.is_outcome_unknown() {
            // A key that the server took for another body leads to the same refusal again.
            let key = self.idempotency_key.as_deref();
            let key = key.filter(|_| error.inner.kind != ErrorKind::IdempotencyConflict);
            error.inner.message = format!("{}; {}", error.inner.message, self.target.advice(key));
            if matches!(error.inner.kind, ErrorKind::Connection | ErrorKind::Timeout) {
                error.inner.kind = ErrorKind::OutcomeUnknown;
            }
        }
        error.inner.operation = Some(self.target.name());
        error.inner.attempts = self.attempts() + u32::from(self.in_flight);
        error.inner.history.clone_from(&self.history);
        error.inner.idempotency_key = self.idempotency_key.clone();
        error.inner.request_id.get_or_insert_with(|| self.request_id.clone());
        error
    }
}
