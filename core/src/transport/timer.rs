//! The time limits of one attempt.

use crate::messages::bindings as shared;
use crate::messages::transport as messages;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::alarm::Alarm;
use crate::call::TransportError;
use crate::error::{ErrorKind, Outcome};

/// Enforces the timeouts of an attempt while it waits.
pub(super) struct AttemptTimer<'s> {
    within: Duration,
    end: Instant,
    idle_timeout: Duration,
    /// When the last chunk of the response came. `None` before the head, so a server that works
    /// long on a request has until `end`.
    last_chunk_at: Option<Instant>,
    /// Reset only when it fires, which costs less than at every chunk.
    alarm: Alarm<'s>,
}

impl<'s> AttemptTimer<'s> {
    /// `sleep` is that of [`Reactor::sleep_until`](super::alarm::Reactor::sleep_until), for `end`.
    pub(super) fn new(
        sleep: Pin<&'s mut Option<Sleep>>,
        end: Instant,
        within: Duration,
        idle_timeout: Duration,
    ) -> Self {
        let alarm = Alarm::new(sleep, end);
        Self { within, end, idle_timeout, last_chunk_at: None, alarm }
    }

    pub(super) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Records that a chunk of the response came.
    pub(super) fn chunk_received(&mut self) {
        self.last_chunk_at = Some(Instant::now());
    }

    /// When to stop waiting for the next chunk of the response.
    pub(super) fn until(&self) -> Instant {
        let idle = self.last_chunk_at.and_then(|since| since.checked_add(self.idle_timeout));
        idle.map_or(self.end, |idle| self.end.min(idle))
    }

    /// Checks the deadline when a chunk came: data that always arrives at once never reaches the
    /// timer.
    pub(super) fn check_deadline(&self) -> Result<(), TransportError> {
        let late = self.last_chunk_at.is_some_and(|at| at >= self.end);
        if late { Err(self.timeout_error()) } else { Ok(()) }
    }

    /// Waits for a future until a timeout.
    pub(super) async fn wait_for<T>(
        &mut self,
        future: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            // Reads the clock, because tokio does not poll timers while a flood of data uses up the
            // task's budget.
            if Instant::now() >= self.end {
                return Poll::Ready(Err(self.timeout_error()));
            }
            let until = self.until();
            if until < self.alarm.at() {
                self.alarm.reset(until);
            }
            while self.alarm.poll(context).is_ready() {
                if Instant::now() >= until {
                    return Poll::Ready(Err(self.timeout_error()));
                }
                self.alarm.reset(until);
            }
            Poll::Pending
        })
        .await
    }

    pub(super) fn timeout_error(&self) -> TransportError {
        let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
        let message = match self.left().is_zero() {
            true => messages::no_response(seconds(self.within)),
            false => shared::part_of_response(seconds(self.idle_timeout)),
        };
        TransportError::new(ErrorKind::Timeout, Outcome::Unknown, message)
    }
}
