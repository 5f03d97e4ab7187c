//! Blocking calls without a runtime: the calling thread waits for sockets and timers itself, and all
//! threads share one pool. A thread that makes no call holds nothing of it.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use super::steps::{CHECK_INTERVAL, Wait, drive};
use super::sweeper::Sweeper;
use crate::call::Call;
use crate::error::Error;
use crate::process::PerProcess;
use crate::response::Response;
use crate::transport::{Poller, Pool, Reactor};

/// The connections of all blocking calls of this process.
static BLOCKING: PerProcess<Blocking> = PerProcess::new(|| Blocking {
    pool: Pool::new(Reactor::Thread),
    in_flight: AtomicUsize::new(0),
    sweeper: Sweeper::default(),
});

struct Blocking {
    pool: Pool,
    in_flight: AtomicUsize,
    sweeper: Sweeper,
}

/// Drives a call on the calling thread.
pub(super) fn run<E: From<Error>>(
    call: &mut Call,
    check: impl FnMut() -> Result<(), E>,
) -> Result<Box<Response>, E> {
    let blocking = BLOCKING.get();
    let _in_flight = InFlight::begin(blocking);
    drive(call, &blocking.pool, &OnThread, check)
}

/// Counts a call until it has ended, also by a panic.
struct InFlight {
    blocking: &'static Blocking,
    /// Another call was in flight when this one began.
    shared: bool,
}

impl InFlight {
    fn begin(blocking: &'static Blocking) -> Self {
        let shared = blocking.in_flight.fetch_add(1, Ordering::Relaxed) > 0;
        Self { blocking, shared }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let blocking = self.blocking;
        blocking.in_flight.fetch_sub(1, Ordering::Relaxed);
        // In a child that was forked while the call ran, this is the parent's.
        if std::ptr::eq(blocking, BLOCKING.get()) {
            blocking.sweeper.start(self.shared, |now| blocking.pool.sweep(now));
        }
    }
}

/// Waits by poll(2).
struct OnThread;

impl Wait for OnThread {
    fn wait<T, E>(
        &self,
        future: impl Future<Output = T>,
        check: &mut impl FnMut() -> Result<(), E>,
    ) -> Result<T, E> {
        let mut future = pin!(future);
        let mut poller = Poller::new();
        let mut checked = Instant::now();
        loop {
            if let Poll::Ready(output) = poller.poll(future.as_mut()) {
                return Ok(output);
            }
            let left = CHECK_INTERVAL.saturating_sub(checked.elapsed());
            let is_interrupted = !left.is_zero() && poller.wait(left);
            // A signal may have a handler in the interpreter, which has waited for long enough.
            if is_interrupted || checked.elapsed() >= CHECK_INTERVAL {
                check()?;
                checked = Instant::now();
            }
        }
    }

    /// A connection of the pool is read when it is taken.
    async fn notice_closed(&self) {}
}
