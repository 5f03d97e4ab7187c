//! The time limits of one attempt.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::call::TransportError;
use crate::error::{ErrorKind, Outcome};

/// Looks at the clock while something is waited for.
pub(super) struct AttemptTimer<'s> {
    within: Duration,
    end: Instant,
    idle_timeout: Duration,
    /// When the last part of the response came. Nothing before its head: a server that
    /// works for long on a request has until `end`.
    last_chunk_at: Option<Instant>,
    /// Set anew only when it runs out, which costs less than at every piece.
    sleep: Pin<&'s mut Sleep>,
}

impl<'s> AttemptTimer<'s> {
    pub(super) fn new(sleep: Pin<&'s mut Sleep>, within: Duration, idle_timeout: Duration) -> Self {
        Self { within, end: Instant::now() + within, idle_timeout, last_chunk_at: None, sleep }
    }

    pub(super) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// The server said something, which ends its silence.
    pub(super) fn chunk_received(&mut self) {
        self.last_chunk_at = Some(Instant::now());
    }

    /// When to stop waiting for the next part of the response.
    pub(super) fn until(&self) -> Instant {
        let idle = self.last_chunk_at.and_then(|since| since.checked_add(self.idle_timeout));
        idle.map_or(self.end, |idle| self.end.min(idle))
    }

    /// Whether there was time left then: data that comes without a pause never waits.
    pub(super) fn check_deadline(&self) -> Result<(), TransportError> {
        let late = self.last_chunk_at.is_some_and(|at| at >= self.end);
        if late { Err(self.timeout_error()) } else { Ok(()) }
    }

    /// Waits for something, for as long as there is time.
    pub(super) async fn wait_for<T>(
        &mut self,
        wanted: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        let mut wanted = pin!(wanted);
        poll_fn(|context| {
            if let Poll::Ready(came) = wanted.as_mut().poll(context) {
                return Poll::Ready(Ok(came));
            }
            // By the clock itself: a timer is not asked while a flood of data uses up the
            // task's budget.
            if Instant::now() >= self.end {
                return Poll::Ready(Err(self.timeout_error()));
            }
            let until = self.until();
            if until < self.sleep.deadline() {
                self.sleep.as_mut().reset(until);
            }
            while self.sleep.as_mut().poll(context).is_ready() {
                if Instant::now() >= until {
                    return Poll::Ready(Err(self.timeout_error()));
                }
                self.sleep.as_mut().reset(until);
            }
            Poll::Pending
        })
        .await
    }

    pub(super) fn timeout_error(&self) -> TransportError {
        let message = match self.left().is_zero() {
            true => format!("no answer within {:.1} s", self.within.as_secs_f64()),
            false => format!(
                "the server stopped in the middle of its response for {:.1} s",
                self.idle_timeout.as_secs_f64()
            ),
        };
        TransportError::new(ErrorKind::Timeout, Outcome::Unknown, message)
    }
}
