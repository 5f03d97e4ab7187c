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
    /// The number of attempts, and [`ENDED`]. In one value: an attempt must not begin between the
    /// reading of the number and the end of the call.
    attempts: AtomicU32,
}

/// The bit of a call that was ended from outside. It sends nothing more.
const ENDED: u32 = 1 << 31;

impl CallHandle {
    pub(super) fn new(about: About, request_id: String, checks_key: bool, attempts: u32) -> Self {
        let attempts = AtomicU32::new(attempts);
        Self(Arc::new(State { about, request_id, checks_key, attempts }))
    }

    /// Counts another request, which is about to be sent. False if the call was ended from outside:
    /// then it must not be sent.
    #[must_use]
    pub(crate) fn attempt(&self) -> bool {
        let next = |attempts| (attempts & ENDED == 0).then_some(attempts + 1);
        self.0.attempts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    /// How many requests were sent or attempted so far.
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Ordering::Relaxed) & !ENDED
    }

    /// The idempotency key that every attempt carries.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.about.idempotency_key.as_deref()
    }

    /// Ends the call, which sends nothing more even while a thread runs it: its error, with key,
    /// attempts and outcome.
    pub fn cancelled(&self) -> Error {
        self.ended(Error::new(ErrorKind::Cancelled, shared::call_cancelled()))
    }

    /// Ends the call as [`Self::cancelled`] does, and adds its state to the error that ended it from
    /// outside.
    pub fn ended(&self, mut error: Error) -> Error {
        let state = &*self.0;
        let about = &state.about;
        error.inner.attempts = state.attempts.fetch_or(ENDED, Ordering::Relaxed) & !ENDED;
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::binding::{Call, RawResponse, Step};
    use crate::config::ConfigBuilder;
    use crate::json;
    use crate::request::{Input, Target};

    fn create() -> Box<Call> {
        let client =
            crate::Client::with(ConfigBuilder { key_optional: true, ..ConfigBuilder::default() });
        let target = Target::Operation(&crate::table::CREATE_CHECKOUT_SESSION);
        let input = Input::body(json!({"amount": 500, "currency_code": "XOF"}));
        client.unwrap().prepare(target, input, Default::default()).unwrap()
    }

    #[test]
    fn a_call_that_was_cancelled_before_its_first_request_sends_none() {
        let mut call = create();
        let error = call.progress().cancelled();
        assert_eq!((error.attempts(), error.outcome()), (0, Outcome::NotSent));
        let Step::Done(Err(ended)) = call.step(Instant::now()) else { panic!("sent") };
        assert_eq!((ended.kind(), ended.attempts()), (ErrorKind::Cancelled, 0));
    }

    #[test]
    fn a_call_that_was_cancelled_between_two_requests_sends_no_second_one() {
        let mut call = create();
        let mut now = Instant::now();
        assert!(matches!(call.step(now), Step::Send(..)));
        let busy = RawResponse { status: 429, ..RawResponse::without_body() };
        call.complete_attempt(Ok(busy), now, || 0.5);
        let error = call.progress().cancelled();
        assert_eq!((error.attempts(), error.outcome()), (1, Outcome::Unknown));
        let Step::Wait(pause) = call.step(now) else { panic!("no retry") };
        now += pause;
        let Step::Done(Err(ended)) = call.step(now) else { panic!("sent") };
        assert_eq!((ended.kind(), ended.attempts()), (ErrorKind::Cancelled, 1));
    }

    #[test]
    fn an_attempt_and_a_cancellation_exclude_each_other() {
        for _ in 0..2000 {
            let handle = create().progress();
            let other = handle.clone();
            let sends = std::thread::spawn(move || other.attempt());
            let error = handle.cancelled();
            let sent = sends.join().unwrap();
            assert_eq!(sent, error.outcome() == Outcome::Unknown);
            assert_eq!(u32::from(sent), error.attempts());
        }
    }
}
