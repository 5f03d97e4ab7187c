//! What a process needs to talk: one runtime and its HTTP clients, found by process id.
//!
//! A fork copies memory but no threads: an inherited runtime would wait for ever for
//! workers that do not exist here, and an inherited connection is one end shared by two
//! processes. So the child builds a bundle of its own on its first call. The parent's
//! is forgotten, never dropped: dropping would close the parent's sockets' registrations
//! and join threads that are not there.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::exchange::Memory;
use crate::transport::Clients;

/// How long a blocking call waits between looks at its interpreter (signals, limits).
pub const SLICE: Duration = Duration::from_millis(50);

/// Runtime and HTTP clients of one process.
pub struct Bundle {
    pid: u32,
    runtime: Runtime,
    pub(crate) clients: Clients,
    /// What was learnt, by base URL.
    memories: Mutex<HashMap<String, Memory>>,
}

/// The bundle of the process that made it. No lock guards it: at a fork a lock may be
/// held by a thread that the child does not have.
static BUNDLE: AtomicPtr<Bundle> = AtomicPtr::new(std::ptr::null_mut());

impl Bundle {
    /// The bundle of this process, built on the first call.
    pub fn current() -> Result<&'static Self, Error> {
        let pid = std::process::id();
        let found = BUNDLE.load(Ordering::Acquire);
        // SAFETY: the pointer is null or was made by `Box::into_raw` below, and what it
        // points to is never freed.
        if let Some(bundle) = unsafe { found.as_ref() }
            && bundle.pid == pid
        {
            return Ok(bundle);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lomi")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|e| Error::internal(format!("no runtime can be started: {e}")))?;
        let made = Box::into_raw(Box::new(Self {
            pid,
            runtime,
            clients: Clients::default(),
            memories: Mutex::default(),
        }));
        match BUNDLE.compare_exchange(found, made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just made, and leaked on purpose.
            Ok(_) => Ok(unsafe { &*made }),
            Err(_) => {
                // Another thread of this process was first; ours was never seen by anyone.
                // SAFETY: made above and not shared.
                let ours = unsafe { Box::from_raw(made) };
                ours.runtime.shutdown_background();
                Self::current()
            }
        }
    }

    /// Runs a future on the worker thread.
    pub fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(future)
    }

    /// What this process knows about a base URL.
    pub(crate) fn memory(&self, base_url: &str) -> Memory {
        match self.memories.lock() {
            Ok(mut memories) => memories.entry(base_url.to_owned()).or_default().clone(),
            Err(_) => Memory::default(),
        }
    }

    pub(crate) fn remember(&self, base_url: &str, spelling: usize) {
        if let Ok(mut memories) = self.memories.lock() {
            memories.entry(base_url.to_owned()).or_default().spelling = Some(spelling);
        }
    }
}

/// Runs a future to its end while the calling thread waits. Between slices `look` is
/// asked whether to go on; its error ends the wait, and the work is dropped with it.
pub fn wait<T, E>(
    future: impl Future<Output = Result<T, Error>> + Send + 'static,
    mut look: impl FnMut() -> Result<(), E>,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error>,
{
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let task = Bundle::current()?.spawn(async move {
        // The receiver is gone only when nobody wants the result.
        let _ = sender.send(future.await);
    });
    loop {
        match receiver.recv_timeout(SLICE) {
            Ok(result) => return result.map_err(E::from),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                if let Err(stop) = look() {
                    task.abort();
                    return Err(stop);
                }
            }
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
                return Err(Error::internal("the call ended without a result").into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bundle_serves_all_threads() {
        let here = std::ptr::from_ref(Bundle::current().unwrap()).addr();
        let there: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| std::ptr::from_ref(Bundle::current().unwrap()).addr()))
            .collect();
        assert!(there.into_iter().all(|thread| thread.join().unwrap() == here));
    }

    #[test]
    fn a_wait_can_be_ended() {
        let started = std::time::Instant::now();
        let never = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(())
        };
        let result: Result<(), Error> = wait(never, || Err(Error::cancelled()));
        assert!(result.is_err() && started.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_panic_in_a_call_is_an_error() {
        #[allow(clippy::panic)]
        let broken = async { if SLICE.is_zero() { Ok(()) } else { panic!("inside") } };
        let result: Result<(), Error> = wait(broken, || Ok(()));
        assert_eq!(result.unwrap_err().kind, crate::ErrorKind::Internal);
    }
}
