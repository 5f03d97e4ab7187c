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
mod own;

use std::collections::HashMap;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::error::Error;
use crate::exchange::Memory;
use crate::tls::Credentials;

pub use bundle::{Bundle, Started, Waiting};
pub use own::{SLICE, run};

/// What belongs to one process.
struct Process {
    pid: u32,
    /// What was learnt, by base URL.
    memories: Mutex<HashMap<String, Memory>>,
    /// Whom to trust, by the caller's own certificates: reading a system's store costs
    /// milliseconds.
    tls: Mutex<HashMap<Credentials, rustls::ClientConfig>>,
    bundle: OnceLock<Bundle>,
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
    let pid = std::process::id();
    // SAFETY: the pointer is null or was made by `Box::into_raw` below, and what it
    // points to is never freed.
    if let Some(process) = unsafe { found.as_ref() }
        && process.pid == pid
    {
        return process;
    }
    let made =
        Process { pid, memories: Mutex::default(), tls: Mutex::default(), bundle: OnceLock::new() };
    let made = Box::into_raw(Box::new(made));
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
    match process().memories.lock() {
        Ok(mut memories) => match memories.get(base_url) {
            Some(memory) => memory.clone(),
            None => memories.entry(base_url.to_owned()).or_default().clone(),
        },
        Err(_) => Memory::default(),
    }
}

/// Keeps the spelling that a base URL answered to.
pub(crate) fn remember(base_url: &str, spelling: usize) {
    if let Ok(mut memories) = process().memories.lock()
        && let Some(memory) = memories.get_mut(base_url)
    {
        memory.spelling = Some(spelling);
    }
}

/// How to prove who a server is, and who we are. Its parts are shared by all copies.
pub(crate) fn tls(credentials: &Credentials) -> Result<rustls::ClientConfig, Error> {
    let mut made =
        process().tls.lock().map_err(|_| Error::internal("the certificates are locked"))?;
    if let Some(config) = made.get(credentials) {
        return Ok(config.clone());
    }
    let config = crate::tls::config(credentials)?;
    made.insert(credentials.clone(), config.clone());
    Ok(config)
}

fn no_runtime(error: std::io::Error) -> Error {
    Error::internal(format!("no runtime can be started: {error}"))
}

#[cfg(test)]
mod tests;
