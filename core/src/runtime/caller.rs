//! Awaited calls of a program that has a tokio runtime: its own tasks drive them, with
//! connections that belong to that runtime.

use std::collections::HashMap;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Id};

use super::drive::{catch_panic, drive};
use crate::call::Call;
use crate::error::Error;
use crate::process::PerProcess;
use crate::response::Response;
use crate::transport::{Pool, Reactor};

/// How often idle connections are checked.
const TICK: Duration = Duration::from_secs(1);

/// The connections of each runtime. The task that closes idle ones keeps them alive, so they
/// end with their runtime.
static POOLS: PerProcess<Mutex<HashMap<Id, Weak<RuntimePool>>>> = PerProcess::new(Mutex::default);

/// The connections of one runtime.
pub(super) struct RuntimePool {
    pool: Pool,
    /// Whether a task closes idle connections.
    sweeping: AtomicBool,
}

impl RuntimePool {
    /// The connections of the runtime that the caller runs on. Returns `None` if there is no
    /// runtime, or one without timers or sockets.
    pub(super) fn current() -> Option<Arc<Self>> {
        let runtime = Handle::try_current().ok()?;
        let mut pools = POOLS.get().lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&runtime.id()).and_then(Weak::upgrade) {
            return Some(pool);
        }
        if !has_drivers() {
            return None;
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let pool =
            Arc::new(Self { pool: Pool::new(Reactor::Tokio), sweeping: AtomicBool::default() });
        pools.insert(runtime.id(), Arc::downgrade(&pool));
        Some(pool)
    }

    /// Drives a call within the task that waits for it.
    pub(super) async fn run(self: Arc<Self>, mut call: Box<Call>) -> Result<Box<Response>, Error> {
        let result = catch_panic(drive(&mut call, &self.pool)).await;
        if !self.sweeping.swap(true, Ordering::AcqRel) {
            drop(tokio::spawn(Arc::clone(&self).sweep()));
        }
        result.unwrap_or_else(|| Err(call.interrupted(Error::panicked())))
    }

    /// Closes idle connections, until none is left.
    async fn sweep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(TICK).await;
            self.sweeping.store(false, Ordering::Release);
            let some_left = self.pool.sweep(Instant::now());
            // A call that ended meanwhile may have started another sweep.
            if !some_left || self.sweeping.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

/// Whether the runtime has timers and sockets: tokio panics if they are not enabled.
fn has_drivers() -> bool {
    catch_unwind(|| {
        drop(tokio::time::sleep(Duration::ZERO));
        #[cfg(unix)]
        drop(tokio::net::UnixStream::pair());
    })
    .is_ok()
}
