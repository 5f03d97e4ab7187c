//! Which calls may be sent again, and the outcome that an error reports.

use std::sync::Arc;
use std::time::Duration;

use super::about::About;
use super::handle::CallHandle;
use super::state::Call;
use crate::error::{Error, ErrorKind, Outcome};
use crate::message::Message;
use crate::messages::error as words;
use crate::request::Target;
use crate::response::second_call::CONFIRMATION_TOKEN;
use crate::table::Idempotency;

/// Default timeout of one attempt of a call that may be sent again.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

impl Call {
    /// Timeout of one attempt. Only a request that may be sent again gains from a short attempt;
    /// any other write has until the deadline. So has a file, whose size is not known: a short
    /// attempt would end each time before it is complete, and the idle timeout ends one that stalls.
    pub(super) fn attempt_timeout(&self) -> Duration {
        let given = self.options.attempt_timeout.or(self.config.attempt_timeout);
        given.unwrap_or(match self.repeats_after_timeout() && self.destination.is_none() {
            true => ATTEMPT_TIMEOUT,
            false => Duration::MAX,
        })
    }

    /// A handle of this call, for a caller that may stop waiting for it.
    pub fn progress(&mut self) -> CallHandle {
        let progress = self.progress.take().unwrap_or_else(|| {
            let (id, checks_key) = (self.request_id.clone(), self.checks_key());
            CallHandle::new(self.about(), id, checks_key, self.attempts())
        });
        self.progress.insert(progress).clone()
    }

    /// What this call is about.
    fn about(&self) -> About {
        About {
            target: self.target.clone(),
            input: Arc::clone(&self.input),
            idempotency_key: self.idempotency_key.clone(),
            account: self.options.account.clone(),
            is_repeatable: self.replay_safe(),
            started_at: self.started_at,
            clock_offset: self.shown_clock_offset.or(self.clock_offset),
            language: self.config.language,
        }
    }

    /// The error of a call that ended between two steps, as in a panic.
    pub fn interrupted(&self, mut error: Error) -> Error {
        if self.was_sent {
            error.inner.outcome = Outcome::Unknown;
        }
        self.finish(error)
    }

    /// Whether sending the call twice has the same effect as sending it once.
    pub fn replay_safe(&self) -> bool {
        match &self.target {
            Target::Operation(operation) => operation.replay_safe || self.is_deduplicated(),
            other => other.method().is_safe(),
        }
    }

    /// Whether the call may be sent again while the server may still work on it, as it may after a
    /// timeout: reads, and writes whose idempotency key the server checks.
    pub(super) fn repeats_after_timeout(&self) -> bool {
        match &self.target {
            Target::Operation(operation) => operation.method.is_safe() || self.is_deduplicated(),
            other => other.method().is_safe(),
        }
    }

    /// Whether the server is known to do the work once: by its idempotency key or by a field of its
    /// body.
    fn is_deduplicated(&self) -> bool {
        let Target::Operation(operation) = &self.target else { return false };
        self.checks_key() || operation.natural_key.is_some_and(|field| self.sends(field))
    }

    /// Whether the server is known to do the work once per idempotency key. A token in the body was
    /// made by the newest API, which does.
    pub(super) fn checks_key(&self) -> bool {
        let Target::Operation(operation) = &self.target else { return false };
        match operation.idempotency {
            Idempotency::Unknown => false,
            Idempotency::Keyed => true,
            Idempotency::Newest => self.host_is_newest,
            Idempotency::Confirmed => self.host_is_newest || self.confirms(),
        }
    }

    /// Whether this is the second call of two, with the token that the first one returned.
    pub(super) fn confirms(&self) -> bool {
        let Target::Operation(operation) = &self.target else { return false };
        operation.idempotency == Idempotency::Confirmed && self.sends(CONFIRMATION_TOKEN)
    }

    /// Whether the body has a field that is not empty.
    fn sends(&self, field: &str) -> bool {
        let value = || self.input.body.as_ref()?.get(field)?.as_str();
        value().is_some_and(|text| !text.is_empty())
    }

    /// What to do after a write that may have been carried out.
    fn advice(&self, key: Option<&str>) -> Message {
        self.target.advice(key, self.checks_key())
    }

    /// Adds the state of the call to its error.
    pub(super) fn finish(&self, mut error: Error) -> Error {
        let writes = !self.target.method().is_safe();
        // These errors arise after the request was sent and do not tell whether the work was done.
        let work_unknown = matches!(
            error.inner.kind,
            ErrorKind::UnexpectedResponse
                | ErrorKind::UnexpectedRedirect
                | ErrorKind::ResponseTooLarge
                | ErrorKind::Internal
        );
        // An earlier attempt may have done the work even if the last one did not.
        if writes
            && (self.earlier_unknown || (work_unknown && error.inner.outcome != Outcome::NotSent))
        {
            error.inner.outcome = Outcome::Unknown;
        }
        error.inner.writes = writes;
        if error.is_outcome_unknown() {
            // With a key that was used for another body, the server would refuse the call again.
            let key = self.idempotency_key.as_deref();
            let key = key.filter(|_| error.inner.kind != ErrorKind::IdempotencyConflict);
            error.inner.message = words::with_advice(error.inner.message.clone(), self.advice(key));
            error.inner.unknown_call = Some(Box::new(self.about().unknown_call()));
            if matches!(error.inner.kind, ErrorKind::Connection | ErrorKind::Timeout) {
                error.inner.kind = ErrorKind::OutcomeUnknown;
            }
        }
        error.inner.operation = Some(self.target.name());
        error.inner.language = self.config.language;
        error.inner.attempts = self.attempts() + u32::from(self.in_flight);
        error.inner.history.clone_from(&self.history);
        error.inner.idempotency_key = self.idempotency_key.clone();
        error.inner.request_id.get_or_insert_with(|| self.request_id.clone());
        error
    }
}
