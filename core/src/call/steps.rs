//! The steps of a call: what to do next, and what follows from the result of an attempt.

use std::time::{Duration, Instant};

use super::attempt_failure::ReadFailure;
use super::raw_response::RawResponse;
use super::retry::{self, RetryDecision};
use super::state::{Call, Next};
use super::transport_error::{TransportError, with_address};
use crate::error::{Error, ErrorKind, Outcome};
use crate::request::Request;
use crate::response::Response;

/// What to do next for a call.
// Made once per step and taken apart at once, so its size costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Step {
    /// Send this within the given time, then say what happened with [`Call::complete_attempt`].
    Send(Request, Duration),
    /// Wait so long, then ask again with [`Call::step`].
    Wait(Duration),
    /// The call is over.
    Done(Result<Response, Error>),
}

impl Call {
    /// What to do now.
    pub fn step(&mut self, now: Instant) -> Step {
        match std::mem::replace(&mut self.next, Next::Over) {
            Next::Over => Step::Done(Err(Error::internal("the call is over already"))),
            Next::Done(result) => Step::Done(*result),
            Next::Wait(pause) => {
                self.next = Next::Send;
                Step::Wait(pause)
            }
            Next::Send => {
                let left = self.deadline.saturating_duration_since(now);
                if left.is_zero() {
                    let error = self.last.take().unwrap_or_else(|| {
                        let message = with_address("the deadline passed", &self.url);
                        Error::new(ErrorKind::Timeout, message)
                    });
                    return Step::Done(Err(self.finish(error)));
                }
                match self.ready.take().map_or_else(|| self.request(), Ok) {
                    Ok(request) => {
                        self.sent_at = now;
                        self.in_flight = true;
                        if let Some(progress) = &self.progress {
                            progress.attempt();
                        }
                        Step::Send(request, left.min(self.attempt_timeout()))
                    }
                    Err(error) => Step::Done(Err(self.finish(error))),
                }
            }
        }
    }

    /// Takes in what the last request came to. `random_fraction` gives a number that is uniform in
    /// 0..1, for a pause.
    pub fn complete_attempt(
        &mut self,
        raw: Result<RawResponse, TransportError>,
        now: Instant,
        random_fraction: impl FnOnce() -> f64,
    ) {
        self.in_flight = false;
        self.record_attempt(&raw, now);
        let (error, failure_of_attempt) = match raw {
            Ok(raw) => match self.read(raw) {
                Ok(response) => {
                    self.budget.refund(self.spent);
                    self.next = Next::Done(Box::new(Ok(response)));
                    return;
                }
                Err(ReadFailure::NextRoute) => {
                    self.next = Next::Send;
                    return;
                }
                Err(ReadFailure::Failed(error, failure_of_attempt)) => {
                    // A success that cannot be read is none.
                    if let Some(attempt) = self.history.last_mut()
                        && attempt.status.is_some_and(|status| (200..300).contains(&status))
                    {
                        attempt.failure = Some(error.inner.kind);
                    }
                    (*error, failure_of_attempt)
                }
            },
            Err(failure) => self.transport_failed(failure),
        };
        let left = self.deadline.saturating_duration_since(now);
        let safe = self.replay_safe()
            && (error.inner.kind != ErrorKind::Timeout || self.repeats_after_timeout());
        // Asking about a request that the server still works on is bounded by the deadline.
        let (retry, most) = match failure_of_attempt.in_progress {
            true if self.max_retries > 0 => (self.in_progress_retries, u32::MAX),
            _ => (self.retries, self.max_retries),
        };
        let decision =
            retry::decide(failure_of_attempt, safe, retry, most, left, random_fraction());
        let paid = match decision {
            RetryDecision::RetryAfter(pause) => {
                self.budget.spend(error.inner.kind == ErrorKind::Timeout).map(|cost| (pause, cost))
            }
            RetryDecision::GiveUp => None,
        };
        self.next = match paid {
            Some((pause, cost)) => {
                self.spent += cost;
                match failure_of_attempt.in_progress {
                    true => self.in_progress_retries += 1,
                    false => self.retries += 1,
                }
                self.earlier_unknown |= failure_of_attempt.outcome == Outcome::Unknown;
                self.last = Some(error);
                Next::Wait(pause)
            }
            None => Next::Done(Box::new(Err(self.finish(error)))),
        };
    }
}
