//! Name lookups. `getaddrinfo` blocks and cannot be cancelled, so each lookup runs on a detached
//! thread, for which no call, thread or process has to wait.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::process::PerProcess;

/// A lookup that takes longer may hang in a network that is gone, so the next call starts another.
const SHARED_FOR: Duration = Duration::from_secs(5);

/// Addresses, or the resolver's message.
type Addresses = Result<Vec<IpAddr>, String>;

/// The lookups in progress, by name. Calls with the same host share one.
#[derive(Default)]
struct SharedLookups(Mutex<HashMap<String, Lookup>>);

static LOOKUPS: PerProcess<SharedLookups> = PerProcess::new(SharedLookups::default);

struct Lookup {
    started: Instant,
    waiting: Vec<oneshot::Sender<Addresses>>,
}

/// The addresses of a host, in the order of the system's resolver.
pub(super) async fn lookup(host: &str) -> io::Result<Vec<IpAddr>> {
    let (sender, receiver) = oneshot::channel();
    join(host, sender)?;
    let found = receiver.await.map_err(|_| io::Error::other("the name lookup was dropped"))?;
    found.map_err(io::Error::other)
}

/// Joins the lookup of this name that is in progress, or starts one.
fn join(host: &str, sender: oneshot::Sender<Addresses>) -> io::Result<()> {
    let locked = |_| io::Error::other("the name lookups are unusable");
    let mut lookups = LOOKUPS.get().0.lock().map_err(locked)?;
    let started = Instant::now();
    if let Some(lookup) = lookups.get_mut(host)
        && started.saturating_duration_since(lookup.started) < SHARED_FOR
    {
        lookup.waiting.push(sender);
        return Ok(());
    }
    let name = host.to_owned();
    std::thread::Builder::new().name("lomi-dns".into()).spawn(move || resolve(name, started))?;
    // The callers of a slower lookup of the same name now wait for this one.
    let waiting = lookups.remove(host).map(|old| old.waiting).into_iter().flatten();
    let waiting = waiting.filter(|waiting| !waiting.is_closed()).chain([sender]).collect();
    lookups.insert(host.to_owned(), Lookup { started, waiting });
    Ok(())
}

fn resolve(host: String, started: Instant) {
    let found = (host.as_str(), 0).to_socket_addrs();
    let found = found.map(|all| all.map(|address| address.ip()).collect::<Vec<_>>());
    let found = found.map_err(|error| error.to_string());
    let Ok(mut lookups) = LOOKUPS.get().0.lock() else { return };
    // The addresses of an older lookup are as good, but its error is not.
    let is_latest = lookups.get(&host).is_some_and(|lookup| lookup.started == started);
    if !is_latest && found.is_err() {
        return;
    }
    let waiting = lookups.remove(&host).map(|lookup| lookup.waiting).unwrap_or_default();
    drop(lookups);
    for caller in waiting {
        let _ = caller.send(found.clone());
    }
}
