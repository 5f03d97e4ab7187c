//! What all runtimes of a process share about one destination: how many connections it
//! may have, and whether those that are idle can be trusted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout_at;

use crate::error::{ErrorKind, Outcome};
use crate::exchange::Silence;

/// State of a destination, shared by the pools of all runtimes.
pub(crate) struct Host {
    /// How many times a connection failed under a request. An idle connection that is
    /// older than the last failure is not used: after a failover all of them are dead.
    failures: AtomicU64,
    /// One permit per connection that carries a request.
    permits: Semaphore,
    max_connections: usize,
}

impl Host {
    pub(crate) fn new(max_connections: usize) -> Self {
        let permits = Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS));
        Self { failures: AtomicU64::new(0), permits, max_connections }
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// A connection failed under a request: those that are idle now are not used again.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Permission to use a connection, where one is free now.
    pub(crate) fn try_permit(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.try_acquire().ok()
    }

    /// Waits for permission to use a connection, until the deadline.
    pub(crate) async fn permit(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Silence> {
        let waiting = timeout_at(deadline.into(), self.permits.acquire());
        waiting.await.ok().and_then(Result::ok).ok_or_else(|| Silence {
            kind: ErrorKind::Timeout,
            outcome: Outcome::NotSent,
            message: format!(
                "the request was not sent: all {} connections to the server were in use until \
                 the deadline; raise max_connections, or make fewer calls at once",
                self.max_connections
            ),
        })
    }
}
