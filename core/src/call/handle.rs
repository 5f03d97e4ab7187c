//! The state of a call in flight, for a caller that stops waiting for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::about::About;
use crate::error::{Error, ErrorKind, Outcome};
use crate::messages::bindings as shared;
use crate::messages::error as words;

/// A view of a call that outlives it, taken with [`Call::progress`](crate::binding::Call::progress) before the call runs. A
/// caller that stops waiting reads from it which idempotency key was sent and whether the work may
/// have been done.
#[derive(Debug, Clone)]
pub struct CallHandle(Arc<State>);

#[derive(Debug)]
struct State {
    about: About,
    request_id: String,
    /// Whether the server is known to do the work once per idempotency key.
    checks_key: bool,
    attempts: AtomicU32,
}

impl CallHandle {
    pub(super) fn new(about: About, request_id: String, checks_key: bool, attempts: u32) -> Self {
        let attempts = AtomicU32::new(attempts);
        Self(Arc::new(State { about, request_id, checks_key, attempts }))
    }

    /// Counts another request, which is about to be sent.
    pub(crate) fn attempt(&self) {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests were sent or attempted so far.
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    /// The idempotency key that every attempt carries.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.about.idempotency_key.as_deref()
    }

    /// The error of a cancelled call, with its key, attempts and outcome.
    pub fn cancelled(&self) -> Error {
        self.ended(Error::new(ErrorKind::Cancelled, shared::call_cancelled()))
    }

    /// Adds the state of the call to an error that ended it from outside.
    pub fn ended(&self, mut error: Error) -> Error {
        let state = &*self.0;
        let about = &state.about;
        error.inner.attempts = self.attempts();
        error.inner.operation = Some(about.target.name());
        error.inner.language = about.language;
        error.inner.request_id = Some(state.request_id.clone());
        error.inner.idempotency_key = about.idempotency_key.clone();
        error.inner.writes = !about.target.method().is_safe();
        error.inner.outcome =
            if error.inner.attempts == 0 { Outcome::NotSent } else { Outcome::Unknown };
        if error.is_outcome_unknown() {
            let advice = about.target.advice(about.idempotency_key.as_deref(), state.checks_key);
            error.inner.message = words::with_advice(error.inner.message.clone(), advice);
            error.inner.unknown_call = Some(Box::new(about.unknown_call()));
        }
        error
    }
}
