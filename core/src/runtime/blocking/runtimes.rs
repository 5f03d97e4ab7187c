//! Blocking calls with a tokio runtime for each call in flight: where there is no poll(2), and for
//! a `reqwest` client.

use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::time::Instant;

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::super::worker::no_runtime;
use super::steps::{CHECK_INTERVAL, Wait, drive};
use super::sweeper::Sweeper;
use crate::call::Call;
use crate::error::Error;
use crate::messages::call as messages;
use crate::process::{PerProcess, generation};
use crate::response::Response;
use crate::transport::{Pool, Reactor};

/// The tokio runtime and the connections that drive a blocking call on the caller's thread, which
/// costs about half of passing it to another thread and back. Between calls it is kept in
/// [`IdleRuntimes`] for any thread, so that idle threads keep no connections open.
struct BlockingRuntime {
    generation: u64,
    /// `None` only after `drop`.
    parts: Option<(Runtime, Pool)>,
}

impl BlockingRuntime {
    fn new(generation: u64) -> Result<Self, Error> {
        let runtime =
            Builder::new_current_thread().enable_io().enable_time().build().map_err(no_runtime)?;
        Ok(Self { generation, parts: Some((runtime, Pool::new(Reactor::Tokio))) })
    }

    /// Closes connections that have been idle for too long. Returns whether any is left.
    fn sweep(&self, now: Instant) -> bool {
        self.parts.as_ref().is_some_and(|(_, pool)| pool.sweep(now))
    }
}

impl Wait for Runtime {
    fn wait<T, E>(
        &self,
        future: impl Future<Output = T>,
        check: &mut impl FnMut() -> Result<(), E>,
    ) -> Result<T, E> {
        let mut future = pin!(future);
        loop {
            let slice = async { timeout(CHECK_INTERVAL, &mut future).await };
            match self.block_on(slice) {
                Ok(output) => return Ok(output),
                Err(_) => check()?,
            }
        }
    }

    async fn notice_closed(&self) {
        yield_now().await;
    }
}

impl Drop for BlockingRuntime {
    fn drop(&mut self) {
        // In a forked child these are the parent's: dropping them would remove the parent's sockets
        // from an epoll that both processes share.
        if self.generation != generation() {
            std::mem::forget(self.parts.take());
        }
    }
}

/// The runtimes of a process that no blocking call uses at the moment; the most recently used one
/// is last.
#[derive(Default)]
struct IdleRuntimes {
    runtimes: Mutex<Vec<BlockingRuntime>>,
    sweeper: Sweeper,
}

static IDLE: PerProcess<IdleRuntimes> = PerProcess::new(IdleRuntimes::default);

impl IdleRuntimes {
    fn take(&self) -> Option<BlockingRuntime> {
        self.runtimes.lock().ok()?.pop()
    }

    fn keep(&'static self, runtime: BlockingRuntime) {
        let Ok(mut runtimes) = self.runtimes.lock() else { return };
        runtimes.push(runtime);
        let count = runtimes.len();
        drop(runtimes);
        self.sweeper.start(count > 1, |now| self.sweep(now));
    }

    /// Closes idle connections. Returns whether any is left.
    fn sweep(&self, now: Instant) -> bool {
        let Ok(mut runtimes) = self.runtimes.lock() else { return false };
        let (left, ended): (Vec<_>, Vec<_>) =
            std::mem::take(&mut *runtimes).into_iter().partition(|runtime| runtime.sweep(now));
        *runtimes = left;
        let is_empty = runtimes.is_empty();
        drop(runtimes);
        drop(ended);
        !is_empty
    }
}

/// Drives a call with an idle runtime, or with a new one.
pub(super) fn run<E: From<Error>>(
    call: &mut Call,
    check: impl FnMut() -> Result<(), E>,
) -> Result<Box<Response>, E> {
    let idle = IDLE.get();
    let runtime = match idle.take() {
        Some(runtime) => runtime,
        // Another call is in flight, or this call is made within one.
        None => BlockingRuntime::new(generation())?,
    };
    let kept = Kept(Some(runtime));
    let Some((waiter, pool)) = kept.0.as_ref().and_then(|runtime| runtime.parts.as_ref()) else {
        return Err(Error::internal(messages::runtime_ended()).into());
    };
    drive(call, pool, waiter, check)
}

/// Returns a runtime to the idle ones, also after a panic.
struct Kept(Option<BlockingRuntime>);

impl Drop for Kept {
    fn drop(&mut self) {
        // A child that was forked while the call ran must not keep the parent's runtime.
        if let Some(runtime) = self.0.take_if(|runtime| runtime.generation == generation()) {
            IDLE.get().keep(runtime);
        }
    }
}
