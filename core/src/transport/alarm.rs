//! Timers of a call: those of the tokio runtime that drives it, or of the thread that waits for it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

#[cfg(unix)]
use super::poller;

/// Who waits for the sockets and timers of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reactor {
    /// The tokio runtime that drives the call.
    Tokio,
    /// The thread that makes the call, with a [`Poller`](poller::Poller).
    #[cfg(unix)]
    Thread,
}

impl Reactor {
    /// What an [`Alarm`] needs to be pinned beside it.
    pub(super) fn sleep_until(self, at: Instant) -> Option<Sleep> {
        (self == Self::Tokio).then(|| sleep_until(at))
    }

    /// Waits for a time.
    pub(crate) async fn sleep(self, time: Duration) {
        // A future that is never ready.
        self.until(Instant::now() + time, std::future::pending::<()>()).await;
    }

    /// Waits for a future until a time; `None` if it passes first.
    pub(super) async fn until<T>(self, at: Instant, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut sleep = pin!(self.sleep_until(at));
        let mut alarm = Alarm::new(sleep.as_mut(), at);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => alarm.poll(context).map(|()| None),
        })
        .await
    }
}

/// A timer that can be set again.
pub(super) struct Alarm<'s> {
    at: Instant,
    /// `None` if a thread waits.
    sleep: Option<Pin<&'s mut Sleep>>,
}

impl<'s> Alarm<'s> {
    /// `sleep` is that of [`Reactor::sleep_until`].
    pub(super) fn new(sleep: Pin<&'s mut Option<Sleep>>, at: Instant) -> Self {
        Self { at, sleep: sleep.as_pin_mut() }
    }

    pub(super) fn at(&self) -> Instant {
        self.at
    }

    pub(super) fn reset(&mut self, at: Instant) {
        self.at = at;
        if let Some(sleep) = &mut self.sleep {
            sleep.as_mut().reset(at);
        }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.sleep {
            return sleep.as_mut().poll(context);
        }
        if Instant::now() >= self.at {
            return Poll::Ready(());
        }
        #[cfg(unix)]
        poller::wait_until(self.at.into());
        Poll::Pending
    }
}
