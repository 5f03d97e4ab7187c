//! The connection pool: idle connections by endpoint. A pool belongs to one runtime, that of the
//! worker or of the caller's program, or to the blocking calls of all threads.

use crate::messages::transport as messages;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName};

use super::alarm::Reactor;
use super::connect::Connector;
use super::connection::Connection;
use super::host::Host;
use crate::call::TransportError;
use crate::config::Endpoint;
use crate::error::Error;
use crate::process::generation;

/// How long an idle connection is kept if the server sends no `Keep-Alive`: less than the 5 s after
/// which Node's servers close it without notice.
pub(super) const DEFAULT_IDLE: Duration = Duration::from_secs(4);

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The longest time, even if the server allows more: load balancers drop idle connections.
const LONGEST_IDLE: Duration = Duration::from_secs(20);

/// A connection is closed this long before the server closes it, so that no request is in flight at
/// that moment.
const MARGIN: Duration = Duration::from_secs(1);

/// At this number of endpoints, those without a connection are dropped.
const MANY_PEERS: usize = 100;

/// The idle connections of a runtime, or of all blocking calls.
pub(crate) struct Pool {
    reactor: Reactor,
    peers: Mutex<HashMap<Arc<Endpoint>, Arc<Peer>>>,
}

/// The idle connections to one endpoint.
pub(crate) struct Peer {
    pub(crate) reactor: Reactor,
    /// The process that made it: a child must not take its locks, since another thread of the parent
    /// may have held them at the fork.
    generation: u64,
    pub(crate) connector: Connector,
    pub(crate) host: Arc<Host>,
    /// The most recently used one is last.
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    /// When it must be closed.
    until: Instant,
    /// The host's count of failed connections when this one was last used.
    failures: u64,
    connection: Connection,
}

impl Pool {
    pub(crate) fn new(reactor: Reactor) -> Self {
        Self { reactor, peers: Mutex::default() }
    }

    /// Who waits for its sockets and timers.
    pub(crate) fn reactor(&self) -> Reactor {
        self.reactor
    }

    /// The peer of an endpoint, made on first use.
    pub(crate) fn peer(&self, endpoint: &Arc<Endpoint>) -> Result<Arc<Peer>, Error> {
        let mut peers =
            self.peers.lock().map_err(|_| Error::internal(messages::pool_unusable()))?;
        if let Some(peer) = peers.get(endpoint) {
            return Ok(Arc::clone(peer));
        }
        if peers.len() >= MANY_PEERS {
            let now = Instant::now();
            peers.retain(|_, peer| Arc::strong_count(peer) > 1 || peer.sweep(now));
        }
        let connector = Connector::new(endpoint)?;
        let host = Host::of(endpoint);
        let (reactor, generation) = (self.reactor, generation());
        let idle = Mutex::default();
        let peer = Arc::new(Peer { reactor, generation, connector, host, idle });
        peers.insert(Arc::clone(endpoint), Arc::clone(&peer));
        Ok(peer)
    }

    /// How many endpoints the pool has.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.peers.lock().unwrap().len()
    }

    /// Whether an idle connection to the endpoint exists.
    pub(crate) fn is_warm(&self, endpoint: &Endpoint) -> bool {
        let Ok(peers) = self.peers.lock() else { return false };
        peers.get(endpoint).is_some_and(|peer| peer.idle().is_some_and(|idle| !idle.is_empty()))
    }

    /// Closes connections that have been idle for too long. Returns whether any is left.
    pub(crate) fn sweep(&self, now: Instant) -> bool {
        let Ok(peers) = self.peers.lock() else { return false };
        // Not `any`, which would stop at the first peer with a connection.
        peers.values().fold(false, |some, peer| peer.sweep(now) | some)
    }
}

impl Peer {
    /// Opens a new connection, ready for its first request.
    pub(crate) async fn connect(&self, within: Duration) -> Result<Connection, TransportError> {
        self.connector.connect(self.reactor, within).await
    }

    fn idle(&self) -> Option<MutexGuard<'_, Vec<Idle>>> {
        if self.generation == generation() { self.idle.lock().ok() } else { None }
    }

    fn sweep(&self, now: Instant) -> bool {
        let Some(mut idle) = self.idle() else { return false };
        let failures = self.host.failures();
        idle.retain(|kept| kept.until > now && kept.failures == failures);
        !idle.is_empty()
    }

    /// Takes an idle connection that is still open.
    pub(crate) fn take(&self) -> Option<Connection> {
        self.sweep(Instant::now());
        loop {
            let mut connection = self.idle()?.pop()?.connection;
            if connection.is_open() {
                return Some(connection);
            }
        }
    }

    /// Whether an idle connection is still open.
    pub(crate) fn has_open(&self) -> bool {
        self.sweep(Instant::now());
        let Some(mut idle) = self.idle() else { return false };
        while let Some(mut last) = idle.pop() {
            if last.connection.is_open() {
                idle.push(last);
                return true;
            }
        }
        false
    }

    /// Returns a connection to the pool, for as long as its last response allows.
    pub(crate) fn keep(&self, connection: Connection, allowed: Duration) {
        if !allowed.is_zero()
            && let Some(mut idle) = self.idle()
        {
            let failures = self.host.failures();
            idle.push(Idle { until: Instant::now() + allowed, failures, connection });
        }
    }

    /// Records that a connection failed during a request: no connection that is idle now is used
    /// again.
    pub(crate) fn failed(&self) {
        self.host.failed();
        self.sweep(Instant::now());
    }
}

/// How long a connection may be idle after a response, as the header `Keep-Alive` allows.
pub(super) fn idle_time(headers: &HeaderMap) -> Duration {
    let Some(value) = headers.get(KEEP_ALIVE).and_then(|value| value.to_str().ok()) else {
        return DEFAULT_IDLE;
    };
    let timeout = value.split([',', ';']).find_map(|part| {
        let (name, seconds) = part.split_once('=')?;
        let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
        is_timeout.then(|| seconds.trim().trim_matches('"').parse::<u64>().ok()).flatten()
    });
    match timeout.map(Duration::from_secs) {
        Some(timeout) => timeout.saturating_sub(MARGIN).min(LONGEST_IDLE),
        None => DEFAULT_IDLE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::host::{HOSTS, MAX_REMEMBERED};
    use super::*;

    #[tokio::test]
    async fn what_is_idle_for_too_long_is_closed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let pool = Pool::new(Reactor::Tokio);
        let peer = pool.peer(&Arc::new(Endpoint::new(&base))).unwrap();
        let now = Instant::now();
        for _ in 0..2 {
            let connection = peer.connect(Duration::from_secs(5)).await.unwrap();
            peer.keep(connection, DEFAULT_IDLE);
        }
        assert!(pool.sweep(now + DEFAULT_IDLE));
        assert!(peer.take().is_some());
        assert!(!pool.sweep(now + DEFAULT_IDLE + Duration::from_secs(5)));
        assert!(peer.take().is_none());
    }

    #[tokio::test]
    async fn after_a_failure_no_idle_connection_of_any_runtime_is_used() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let endpoint = Arc::new(Endpoint::new(&base));
        let (here, there) = (Pool::new(Reactor::Tokio), Pool::new(Reactor::Tokio));
        let (here, there) = (here.peer(&endpoint).unwrap(), there.peer(&endpoint).unwrap());
        let connection = there.connect(Duration::from_secs(5)).await.unwrap();
        there.keep(connection, DEFAULT_IDLE);
        here.failed();
        assert!(there.take().is_none());
        let connection = there.connect(Duration::from_secs(5)).await.unwrap();
        there.keep(connection, DEFAULT_IDLE);
        assert!(there.take().is_some());
    }

    #[test]
    fn a_connection_is_given_up_before_the_server_closes_it() {
        for (value, seconds) in [
            ("timeout=5", 4),
            ("max=100, Timeout = \"3\"", 2),
            ("timeout=1", 0),
            ("timeout=0", 0),
            ("timeout=3600", 20),
            ("max=5", 4),
            ("timeout=soon", 4),
            ("timeout=99999999999999999999", 4),
        ] {
            let headers = [("keep-alive".parse().unwrap(), value.parse().unwrap())];
            let allowed = idle_time(&HeaderMap::from_iter(headers));
            assert_eq!(allowed, Duration::from_secs(seconds), "{value}");
        }
    }

    #[test]
    fn endpoints_without_connections_are_dropped() {
        let pool = Pool::new(Reactor::Tokio);
        let base: url::Url = "http://localhost:1".parse().unwrap();
        for connections in 1..MAX_REMEMBERED + 10 {
            let endpoint = Endpoint::new(&base).bounded(connections, false);
            pool.peer(&Arc::new(endpoint)).unwrap();
        }
        assert!(pool.len() <= 100, "{}", pool.len());
        assert_eq!(HOSTS.get().len(), MAX_REMEMBERED);
    }
}
