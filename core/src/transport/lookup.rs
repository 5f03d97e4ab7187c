//! Name lookups. `getaddrinfo` blocks and cannot be cancelled, so each lookup runs on a detached
//! thread, for which no call, thread or process has to wait. It tells no time to live, so addresses
//! are kept for a short time, and are looked up again in the background while they are used.

mod resolver;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::process::PerProcess;
use resolver::{NotFound, resolve};

/// A lookup that takes longer may hang in a network that is gone, so the next call starts another.
const SHARED_FOR: Duration = Duration::from_secs(5);

/// Addresses that are older are looked up again, in the background.
const FRESH_FOR: Duration = Duration::from_secs(30);

/// Addresses that are older are not used, even if no name server can be reached.
const USABLE_FOR: Duration = Duration::from_secs(5 * 60);

/// How long after a lookup that failed the next one in the background starts.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How many names are kept; of more, the oldest addresses are dropped.
const MAX_KEPT: usize = 1000;

/// Addresses in the order of the resolver, or why there are none.
type Addresses = Result<Vec<IpAddr>, NotFound>;

type Resolve = Box<dyn Fn(&str) -> Addresses + Send + Sync>;

static LOOKUPS: PerProcess<Lookups> = PerProcess::new(|| Lookups::new(Box::new(resolve)));

/// The addresses of a host, in the order of the system's resolver.
pub(super) async fn lookup(host: &str) -> io::Result<Vec<IpAddr>> {
    LOOKUPS.get().addresses(host, Instant::now()).await
}

/// Drops the addresses of a host to which a connection failed, so that the next attempt looks the
/// name up.
pub(super) fn forget(host: &str) {
    LOOKUPS.get().forget(host);
}

/// The names that were looked up, and the lookups in progress. Calls with the same host share one.
struct Lookups {
    resolve: Resolve,
    names: Mutex<HashMap<String, Name>>,
}

#[derive(Default)]
struct Name {
    known: Option<Known>,
    running: Option<Running>,
    /// When the last lookup in the background failed.
    failed_at: Option<Instant>,
}

struct Known {
    addresses: Vec<IpAddr>,
    at: Instant,
}

struct Running {
    started: Instant,
    waiting: Vec<oneshot::Sender<Addresses>>,
}

impl Running {
    fn is_shared(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.started) < SHARED_FOR
    }
}

impl Name {
    /// The addresses that may be used now, and whether they must be looked up again.
    fn usable(&self, now: Instant) -> Option<(Vec<IpAddr>, bool)> {
        let known = self.known.as_ref()?;
        let age = now.saturating_duration_since(known.at);
        let is_running = self.running.as_ref().is_some_and(|running| running.is_shared(now));
        let failed_now =
            self.failed_at.is_some_and(|at| now.saturating_duration_since(at) < RETRY_AFTER);
        let is_due = age >= FRESH_FOR && !is_running && !failed_now;
        (age < USABLE_FOR).then(|| (known.addresses.clone(), is_due))
    }
}

impl Lookups {
    fn new(resolve: Resolve) -> Self {
        Self { resolve, names: Mutex::default() }
    }

    async fn addresses(&'static self, host: &str, now: Instant) -> io::Result<Vec<IpAddr>> {
        let receiver = {
            let mut names = self.names.lock().map_err(unusable)?;
            match names.get(host).and_then(|name| name.usable(now)) {
                Some((addresses, is_due)) => {
                    if is_due {
                        // If no thread can be started, the addresses that are known still serve.
                        let _ = self.start(&mut names, host, now);
                    }
                    return Ok(addresses);
                }
                None => self.join(&mut names, host, now)?,
            }
        };
        let found = receiver.await.map_err(|_| io::Error::other("the name lookup was dropped"))?;
        found.map_err(|reason| io::Error::other(reason.message))
    }

    fn forget(&self, host: &str) {
        if let Ok(mut names) = self.names.lock()
            && let Some(name) = names.get_mut(host)
        {
            name.known = None;
            if name.running.is_none() {
                names.remove(host);
            }
        }
    }

    /// Joins the lookup of this name that is in progress, or starts one.
    fn join(
        &'static self,
        names: &mut HashMap<String, Name>,
        host: &str,
        now: Instant,
    ) -> io::Result<oneshot::Receiver<Addresses>> {
        let running = names.get(host).and_then(|name| name.running.as_ref());
        if !running.is_some_and(|running| running.is_shared(now)) {
            self.start(names, host, now)?;
        }
        let (sender, receiver) = oneshot::channel();
        if let Some(running) = names.get_mut(host).and_then(|name| name.running.as_mut()) {
            running.waiting.push(sender);
        }
        Ok(receiver)
    }

    /// Starts a lookup. The callers of a slower one of the same name now wait for this one.
    fn start(
        &'static self,
        names: &mut HashMap<String, Name>,
        host: &str,
        started: Instant,
    ) -> io::Result<()> {
        let name = host.to_owned();
        std::thread::Builder::new()
            .name("lomi-dns".into())
            .spawn(move || self.run(name, started))?;
        let entry = names.entry(host.to_owned()).or_default();
        let waiting = entry.running.take().map(|old| old.waiting).into_iter().flatten();
        let waiting = waiting.filter(|waiting| !waiting.is_closed()).collect();
        entry.running = Some(Running { started, waiting });
        if names.len() > MAX_KEPT {
            drop_oldest(names);
        }
        Ok(())
    }

    /// Looks a name up, on a thread of its own.
    fn run(&self, host: String, started: Instant) {
        let found = (self.resolve)(&host);
        let Ok(mut names) = self.names.lock() else { return };
        let Some(name) = names.get_mut(&host) else { return };
        // The addresses of an older lookup are as good, but its error is not.
        let is_latest = name.running.as_ref().is_some_and(|running| running.started == started);
        if !is_latest && (found.is_err() || name.running.is_none()) {
            return;
        }
        let waiting = name.running.take().map(|running| running.waiting).unwrap_or_default();
        match &found {
            Ok(addresses) => {
                // As old as the question: the answer may be from any moment since.
                name.known = Some(Known { addresses: addresses.clone(), at: started });
                name.failed_at = None;
            }
            // No name server can be reached now, so what is known still serves.
            Err(reason) if reason.is_temporary && name.known.is_some() => {
                name.failed_at = Some(started);
            }
            Err(_) => drop(names.remove(&host)),
        }
        drop(names);
        for caller in waiting {
            let _ = caller.send(found.clone());
        }
    }
}

/// Drops the addresses that are oldest, of a name that nobody waits for.
fn drop_oldest(names: &mut HashMap<String, Name>) {
    let idle = names.iter().filter(|(_, name)| name.running.is_none());
    let oldest = idle.min_by_key(|(_, name)| name.known.as_ref().map(|known| known.at));
    if let Some(host) = oldest.map(|(host, _)| host.clone()) {
        names.remove(&host);
    }
}

fn unusable<T>(_: T) -> io::Error {
    io::Error::other("the name lookups are unusable")
}

#[cfg(test)]
mod tests;
