//! The steps of a call: what to do next, given the results of its attempts.

use std::time::{Duration, Instant};

use super::attempt_failure::{AttemptFailure, ReadFailure};
use super::polling::Polling;
use super::raw_response::RawResponse;
use super::retry::{self, RetryDecision};
use super::retry_after;
use super::state::{Call, Next};
use super::transport_error::{TransportError, with_address};
use crate::error::{Error, ErrorKind, Outcome};
use crate::messages::call as messages;
use crate::observer::{self, RequestEvent, ResponseEvent};
use crate::request::Request;
use crate::response::Response;

/// What to do next for a call.
// A step is matched as soon as it is made, so its size costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Step {
    /// Send this request within the given time, then pass the result to [`Call::complete_attempt`].
    Send(Request, Duration),
    /// Wait for this time, then call [`Call::step`] again.
    Wait(Duration),
    /// The call is over.
    Done(Result<Box<Response>, Error>),
}

impl Call {
    /// Returns what to do now.
    pub fn step(&mut self, now: Instant) -> Step {
        let now = self.time(now);
        match std::mem::replace(&mut self.next, Next::Over) {
            Next::Over => Step::Done(Err(Error::internal(messages::call_over()))),
            Next::Done(result) => Step::Done(result),
            Next::Wait(pause) => {
                self.next = Next::Send;
                Step::Wait(self.pause(pause))
            }
            Next::Send => {
                let left = self.deadline.saturating_duration_since(now);
                if left.is_zero() {
                    let pending = self.polling.as_deref_mut().and_then(Polling::still_pending);
                    let error = pending.or_else(|| self.last.take()).unwrap_or_else(|| {
                        let message = with_address(messages::deadline_passed(), &self.url);
                        Error::new(ErrorKind::Timeout, message)
                    });
                    return Step::Done(Err(self.finish(error)));
                }
                match self.first_request.take().map_or_else(|| self.request(), Ok) {
                    Ok(request) => {
                        // A caller that has stopped waiting was told how many requests were sent.
                        if let Some(progress) = &self.progress
                            && !progress.attempt()
                        {
                            return Step::Done(Err(progress.cancelled()));
                        }
                        self.sent_at = now;
                        self.in_flight = true;
                        self.was_sent = true;
                        self.report_request();
                        self.keep_request(&request);
                        Step::Send(request, left.min(self.attempt_timeout()))
                    }
                    Err(error) => Step::Done(Err(self.finish(error))),
                }
            }
        }
    }

    /// Takes the result of an attempt. `random_fraction` returns a uniform number in 0..1, for the
    /// length of a pause.
    pub fn complete_attempt(
        &mut self,
        result: Result<RawResponse, TransportError>,
        now: Instant,
        random_fraction: impl FnOnce() -> f64,
    ) {
        let now = self.time(now);
        self.in_flight = false;
        self.record(&result, now);
        self.record_attempt(&result, now);
        self.next = self.next_after(result, now, random_fraction);
        self.report_response();
    }

    fn next_after(
        &mut self,
        result: Result<RawResponse, TransportError>,
        now: Instant,
        random_fraction: impl FnOnce() -> f64,
    ) -> Next {
        let (error, failure) = match result {
            Ok(raw) => match self.read(raw) {
                Ok(response) => {
                    self.budget.refund(self.spent);
                    self.spent = 0;
                    return self.after_read(response, now, random_fraction);
                }
                Err(ReadFailure::NextRoute) => return Next::Send,
                Err(ReadFailure::Failed(error, failure)) => {
                    // A successful response that cannot be read is recorded as a failure.
                    if let Some(attempt) = self.history.last_mut()
                        && attempt.status.is_some_and(|status| (200..300).contains(&status))
                    {
                        attempt.failure = Some(error.kind());
                    }
                    (*error, failure)
                }
            },
            Err(failure) => self.transport_failed(failure),
        };
        let left = self.time_left(now);
        let timed_out = error.kind() == ErrorKind::Timeout;
        let safe = self.replay_safe() && (!timed_out || self.repeats_after_timeout());
        // While the server still works on the key, only the deadline limits the retries.
        let (retry, max_retries) = match failure.in_progress {
            true if self.max_retries > 0 => (self.in_progress_retries, u32::MAX),
            _ => (self.retries, self.max_retries),
        };
        let random_fraction = random_fraction();
        let decision = retry::decide(failure, safe, retry, max_retries, left, random_fraction);
        let granted = match decision {
            RetryDecision::RetryAfter(pause) => {
                self.budget.spend(timed_out).map(|cost| (pause, cost))
            }
            RetryDecision::GiveUp => None,
        };
        let Some((pause, cost)) = granted else {
            return self.after_failure(error, failure, now, random_fraction);
        };
        self.spent += cost;
        match failure.in_progress {
            true => self.in_progress_retries += 1,
            false => self.retries += 1,
        }
        self.earlier_unknown |= failure.outcome == Outcome::Unknown;
        self.last = Some(error);
        Next::Wait(pause)
    }

    /// What follows a successful response: a wait reads again until the object is in a final state.
    fn after_read(
        &mut self,
        mut response: Box<Response>,
        now: Instant,
        random_fraction: impl FnOnce() -> f64,
    ) -> Next {
        let left = self.time_left(now);
        let Some(polling) = self.polling.as_mut().filter(|polling| !polling.is_over(&response))
        else {
            return Next::Done(Ok(response));
        };
        let asked = retry_after::read(&response.headers, None);
        self.history = std::mem::take(&mut response.history);
        self.retries = 0;
        let pause = polling.next_pause(now, asked, left, random_fraction());
        polling.last = Some(response);
        match pause {
            Some(pause) => Next::Wait(pause),
            None => self.end_of_wait(Error::internal(messages::wait_without_response())),
        }
    }

    /// What follows a failure that is not retried: a wait reads again later, unless the failure is
    /// final.
    fn after_failure(
        &mut self,
        error: Error,
        failure: AttemptFailure,
        now: Instant,
        random_fraction: f64,
    ) -> Next {
        let left = self.time_left(now);
        let lasts = failure.outcome == Outcome::Final || error.kind() == ErrorKind::Tls;
        let polling = self.polling.as_mut().filter(|_| !lasts);
        let asked = error.retry_after();
        let pause =
            polling.and_then(|polling| polling.next_pause(now, asked, left, random_fraction));
        match pause {
            Some(pause) => {
                self.retries = 0;
                self.last = Some(error);
                Next::Wait(pause)
            }
            None if lasts => Next::Done(Err(self.finish(error))),
            None => self.end_of_wait(error),
        }
    }

    /// No further read is of use: the last state, or the error of a call without one.
    fn end_of_wait(&mut self, error: Error) -> Next {
        let pending = self.polling.as_deref_mut().and_then(Polling::still_pending);
        Next::Done(Err(self.finish(pending.unwrap_or(error))))
    }

    /// Whether anyone is told of the requests of this call; one that sends none reports none.
    fn is_observed(&self) -> bool {
        (self.observer.is_some() || self.span.is_wanted()) && !self.is_prewarm()
    }

    fn report_request(&mut self) {
        if !self.is_observed() {
            return;
        }
        let route = self.route_template();
        let event = RequestEvent {
            operation: &self.target.event_name(&route),
            method: self.target.method(),
            route: &route,
            attempt: self.attempts() + 1,
            idempotency_key: self.idempotency_key.as_deref(),
            request_id: &self.request_id,
        };
        self.span.begin(&event);
        if let Some(observer) = &self.observer {
            observer::on_request(&**observer, &event);
        }
    }

    fn report_response(&mut self) {
        if !self.is_observed() {
            return;
        }
        let done = match &self.next {
            Next::Done(result) => Some(result),
            _ => None,
        };
        // A call that is over has moved its history into its result.
        let history = match done {
            Some(Ok(response)) => &response.history,
            _ => &self.history,
        };
        let Some(attempt) = history.last() else { return };
        let event = ResponseEvent {
            operation: &self.target.event_name(&attempt.route),
            method: &attempt.method,
            route: &attempt.route,
            attempt: u32::try_from(history.len()).unwrap_or(u32::MAX),
            idempotency_key: self.idempotency_key.as_deref(),
            status: attempt.status,
            failure: attempt.failure,
            elapsed: attempt.elapsed,
            request_id: &attempt.request_id,
            retry_in: match &self.next {
                Next::Send => Some(Duration::ZERO),
                Next::Wait(pause) => Some(*pause),
                Next::Done(_) | Next::Over => None,
            },
        };
        self.span.end(&event);
        if let Some(observer) = &self.observer {
            observer::on_response(&**observer, &event);
        }
    }
}
