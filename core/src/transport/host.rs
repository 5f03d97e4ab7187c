//! The state of an endpoint that all runtimes of a process share: the limit on connections, and
//! whether idle connections may still be used.

use crate::messages::transport as messages;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::alarm::Reactor;
use crate::call::TransportError;
use crate::config::Endpoint;
use crate::error::{ErrorKind, Outcome};
use crate::process::{Cache, PerProcess};

/// How many endpoints are remembered; the least recently used one is dropped first.
pub(super) const MAX_REMEMBERED: usize = 1000;

pub(super) static HOSTS: PerProcess<Cache<Arc<Endpoint>, Arc<Host>>> =
    PerProcess::new(|| Cache::new(MAX_REMEMBERED));

/// The state of an endpoint, shared by the pools of all runtimes.
pub(crate) struct Host {
    /// How many connections failed during a request. An idle connection from before the last
    /// failure is not used: after a failover all of them are dead.
    failures: AtomicU64,
    /// One permit for each connection with a request in flight.
    permits: Semaphore,
    max_connections: usize,
}

impl Host {
    /// The state that all runtimes of this process share about an endpoint.
    pub(super) fn of(endpoint: &Arc<Endpoint>) -> Arc<Self> {
        let made =
            || Ok::<_, std::convert::Infallible>(Arc::new(Self::new(endpoint.max_connections)));
        let Ok(host) = HOSTS.get().get_or_insert(endpoint, made);
        host
    }

    fn new(max_connections: usize) -> Self {
        let permits = Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS));
        Self { failures: AtomicU64::new(0), permits, max_connections }
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Records that a connection failed during a request: connections that are idle now are not
    /// used again.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections have a request in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.max_connections.saturating_sub(self.permits.available_permits())
    }

    /// A permit to use a connection, if one is free now.
    pub(crate) fn try_permit(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.try_acquire().ok()
    }

    /// Waits for a permit to use a connection, until the deadline.
    pub(crate) async fn permit(
        &self,
        reactor: Reactor,
        deadline: Instant,
    ) -> Result<SemaphorePermit<'_>, TransportError> {
        let waiting = reactor.until(deadline.into(), self.permits.acquire());
        waiting.await.and_then(Result::ok).ok_or_else(|| {
            let message = messages::all_in_use(self.max_connections);
            TransportError::new(ErrorKind::Timeout, Outcome::NotSent, message)
        })
    }
}
