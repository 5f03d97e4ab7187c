//! Connections that wait for their next request, by destination. What stands here belongs
//! to one runtime: that of a thread, or that of the process's worker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::connect::{Connector, Destination};
use super::connection::Connection;
use crate::error::Error;

/// Shorter than servers keep idle connections, so that one is rarely closed under a
/// request.
const LONGEST_IDLE: Duration = Duration::from_secs(20);

/// The connections of a runtime.
#[derive(Default)]
pub(crate) struct Pool {
    peers: Mutex<HashMap<Arc<Destination>, Arc<Peer>>>,
}

/// The connections to one destination.
pub(crate) struct Peer {
    pub(crate) connector: Connector,
    /// The one used last stands last.
    idle: Mutex<Vec<(Instant, Connection)>>,
}

impl Pool {
    /// The peer at a destination, made on first use.
    pub(crate) fn peer(&self, destination: &Arc<Destination>) -> Result<Arc<Peer>, Error> {
        let mut peers =
            self.peers.lock().map_err(|_| Error::internal("the connections are locked"))?;
        if let Some(peer) = peers.get(destination) {
            return Ok(Arc::clone(peer));
        }
        let connector = Connector::new(destination)?;
        let peer = Arc::new(Peer { connector, idle: Mutex::default() });
        peers.insert(Arc::clone(destination), Arc::clone(&peer));
        Ok(peer)
    }

    /// Whether a request can be sent there without connecting first.
    pub(crate) fn is_warm(&self, destination: &Destination) -> bool {
        let Ok(peers) = self.peers.lock() else { return false };
        peers.get(destination).is_some_and(|peer| peer.idle().is_some_and(|idle| !idle.is_empty()))
    }

    /// Closes what has been idle for too long. Says whether any connection is left.
    pub(crate) fn sweep(&self, now: Instant) -> bool {
        let Ok(peers) = self.peers.lock() else { return false };
        // Each is asked, also after one that has some left.
        peers.values().fold(false, |some, peer| peer.sweep(now) | some)
    }
}

impl Peer {
    fn idle(&self) -> Option<MutexGuard<'_, Vec<(Instant, Connection)>>> {
        self.idle.lock().ok()
    }

    fn sweep(&self, now: Instant) -> bool {
        let Some(mut idle) = self.idle() else { return false };
        let old = |since: &Instant| now.saturating_duration_since(*since) > LONGEST_IDLE;
        let fresh = idle.iter().position(|(since, _)| !old(since)).unwrap_or(idle.len());
        drop(idle.drain(..fresh).collect::<Vec<_>>());
        !idle.is_empty()
    }

    /// A connection that was used before and can be used again.
    pub(crate) fn take(&self) -> Option<Connection> {
        self.sweep(Instant::now());
        loop {
            let (_, mut connection) = self.idle()?.pop()?;
            if connection.is_open() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request.
    pub(crate) fn keep(&self, connection: Connection) {
        if let Some(mut idle) = self.idle() {
            idle.push((Instant::now(), connection));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_idle_for_too_long_is_closed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let pool = Pool::default();
        let peer = pool.peer(&Arc::new(Destination::new(&base))).unwrap();
        let now = Instant::now();
        for _ in 0..2 {
            peer.keep(peer.connector.connect(Duration::from_secs(5)).await.unwrap());
        }
        assert!(pool.sweep(now + LONGEST_IDLE));
        assert!(peer.take().is_some());
        assert!(!pool.sweep(now + LONGEST_IDLE + Duration::from_secs(5)));
        assert!(peer.take().is_none());
    }
}
