//! What a process needs to talk: runtimes and their HTTP clients, found by process id.
//! Calls that are awaited share one worker thread, which a single call meets only when
//! its answer is there; a blocking call is driven by the thread that makes it.
//!
//! A fork copies memory but no threads: an inherited runtime would wait for ever for
//! workers that do not exist here, and an inherited connection is one end shared by two
//! processes. So the child builds a bundle of its own on its first call. The parent's
//! is forgotten, never dropped: dropping would close the parent's sockets' registrations
//! and join threads that are not there.

mod bundle;
mod generation;
mod lookup;
mod own;

use std::hash::Hash;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use lru::LruCache;

use crate::error::Error;
use crate::exchange::Memory;
use crate::tls::{Credentials, Tls};
use crate::transport::{Destination, Host};

pub use bundle::{Bundle, Started, Waiting};
pub use generation::generation;
pub(crate) use lookup::lookup;
pub use own::{SLICE, run};

/// How many base URLs and destinations a process remembers; the one used longest ago is
/// forgotten first.
const MOST_REMEMBERED: usize = 1000;

/// How many TLS configurations a process keeps: each holds a system's store.
const MOST_TLS: usize = 50;

/// What belongs to one process.
struct Process {
    generation: u64,
    /// What was learnt, by base URL.
    memories: Mutex<LruCache<String, Memory>>,
    /// What all runtimes share about a destination.
    hosts: Mutex<LruCache<Arc<Destination>, Arc<Host>>>,
    /// Whom to trust, by the caller's own certificates: reading a system's store costs
    /// milliseconds.
    tls: Mutex<LruCache<Credentials, Tls>>,
    lookups: lookup::Lookups,
    /// What the log says only once.
    said: Mutex<LruCache<String, ()>>,
    /// Runtimes of blocking calls.
    idle: own::Idle,
    bundle: OnceLock<Bundle>,
}

impl Process {
    fn new(generation: u64) -> Self {
        // Unbounded to the library, which would else make room for all of it now.
        Self {
            generation,
            memories: Mutex::new(LruCache::unbounded()),
            hosts: Mutex::new(LruCache::unbounded()),
            tls: Mutex::new(LruCache::unbounded()),
            lookups: Default::default(),
            said: Mutex::new(LruCache::unbounded()),
            idle: Default::default(),
            bundle: OnceLock::new(),
        }
    }
}

/// Keeps a value, and not more than so many.
fn keep<K: Hash + Eq, V>(cache: &mut LruCache<K, V>, most: usize, key: K, value: V) {
    cache.put(key, value);
    while cache.len() > most {
        cache.pop_lru();
    }
}

/// The process that made it. No lock guards it: at a fork a lock may be held by a
/// thread that the child does not have.
static PROCESS: AtomicPtr<Process> = AtomicPtr::new(std::ptr::null_mut());

/// This process, made on the first call.
fn process() -> &'static Process {
    let found = PROCESS.load(Ordering::Acquire);
    if bundle::is_worker() {
        // SAFETY: as below.
        if let Some(process) = unsafe { found.as_ref() } {
            return process;
        }
    }
    let generation = generation();
    // SAFETY: the pointer is null or was made by `Box::into_raw` below, and what it
    // points to is never freed.
    if let Some(process) = unsafe { found.as_ref() }
        && process.generation == generation
    {
        return process;
    }
    let made = Box::into_raw(Box::new(Process::new(generation)));
    match PROCESS.compare_exchange(found, made, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: just made, and leaked on purpose.
        Ok(_) => unsafe { &*made },
        Err(_) => {
            // Another thread of this process was first; ours was never seen by anyone.
            // SAFETY: made above and not shared.
            drop(unsafe { Box::from_raw(made) });
            process()
        }
    }
}

/// What this process knows about a base URL.
pub(crate) fn memory(base_url: &str) -> Memory {
    let Ok(mut memories) = process().memories.lock() else { return Memory::default() };
    if let Some(memory) = memories.get(base_url) {
        return memory.clone();
    }
    let memory = Memory::default();
    keep(&mut memories, MOST_REMEMBERED, base_url.to_owned(), memory.clone());
    memory
}

/// Keeps the spelling that a base URL answered to.
pub(crate) fn remember(base_url: &str, spelling: usize) {
    if let Ok(mut memories) = process().memories.lock()
        && let Some(memory) = memories.get_mut(base_url)
    {
        memory.spelling = Some(spelling);
    }
}

/// Whether this is said for the first time in this process.
pub(crate) fn is_news(line: &str) -> bool {
    let Ok(mut said) = process().said.lock() else { return false };
    let is_news = said.get(line).is_none();
    if is_news {
        keep(&mut said, MOST_REMEMBERED, line.to_owned(), ());
    }
    is_news
}

/// What all runtimes of this process share about a destination.
pub(crate) fn host(destination: &Arc<Destination>) -> Result<Arc<Host>, Error> {
    let mut hosts = process().hosts.lock().map_err(|_| Error::internal("the hosts are locked"))?;
    if let Some(host) = hosts.get(destination) {
        return Ok(Arc::clone(host));
    }
    let host = Arc::new(Host::new(destination.max_connections()));
    keep(&mut hosts, MOST_REMEMBERED, Arc::clone(destination), Arc::clone(&host));
    Ok(host)
}

/// How to prove who a server is, and who we are. Its parts are shared by all copies.
pub(crate) fn tls(credentials: &Credentials) -> Result<Tls, Error> {
    let mut made =
        process().tls.lock().map_err(|_| Error::internal("the certificates are locked"))?;
    if let Some(tls) = made.get(credentials) {
        return Ok(tls.clone());
    }
    let tls = Tls::new(credentials)?;
    keep(&mut made, MOST_TLS, credentials.clone(), tls.clone());
    Ok(tls)
}

fn no_runtime(error: std::io::Error) -> Error {
    Error::internal(format!("no runtime can be started: {error}"))
}

#[cfg(test)]
mod tests;
