//! Blocking calls, driven by the thread that makes them.

use crate::messages::call as messages;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::drive::{Sender, finish};
use super::worker::{no_runtime, wait_for_worker};
use crate::call::{Call, Step, random_fraction};
use crate::error::Error;
use crate::process::{PerProcess, generation};
use crate::response::Response;
use crate::transport::Pool;

/// How often a blocking call lets its interpreter check for signals and limits.
pub const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// How often idle connections are checked.
const TICK: Duration = Duration::from_secs(1);

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
        Ok(Self { generation, parts: Some((runtime, Pool::default())) })
    }

    /// Drives a call to its end. Its steps run outside the runtime, so that an observer may make
    /// calls of its runtime.
    fn drive<E: From<Error>>(
        &self,
        call: &mut Call,
        mut check: impl FnMut() -> Result<(), E>,
    ) -> Result<Response, E> {
        let Some((runtime, pool)) = &self.parts else {
            return Err(Error::internal(messages::runtime_ended()).into());
        };
        let mut sender = Sender::new(call, pool, true)?;
        let mut yielded = false;
        loop {
            match call.step(Instant::now()) {
                Step::Done(result) => return finish(call, result).map_err(E::from),
                // In an async block, since a timer must be created inside its runtime.
                Step::Wait(pause) => wait(runtime, async { sleep(pause).await }, &mut check)?,
                Step::Send(request, within) => {
                    let sent = async {
                        // Lets the runtime notice connections that the server has closed since the
                        // last call, before a request is written to one.
                        if !std::mem::replace(&mut yielded, true) {
                            yield_now().await;
                        }
                        call.span().around(sender.send(call, request, within)).await
                    };
                    let result = wait(runtime, sent, &mut check)?;
                    call.complete_attempt(result, Instant::now(), random_fraction);
                }
            }
        }
    }

    /// Closes connections that have been idle for too long. Returns whether any is left.
    fn sweep(&self, now: Instant) -> bool {
        self.parts.as_ref().is_some_and(|(_, pool)| pool.sweep(now))
    }
}

/// Waits for a future. Every [`CHECK_INTERVAL`], `check` runs outside the runtime, since it may run
/// code that makes calls of its own; its error ends the wait.
fn wait<T, E>(
    runtime: &Runtime,
    future: impl Future<Output = T>,
    check: &mut impl FnMut() -> Result<(), E>,
) -> Result<T, E> {
    let mut future = pin!(future);
    loop {
        let slice = async { timeout(CHECK_INTERVAL, &mut future).await };
        match runtime.block_on(slice) {
            Ok(output) => return Ok(output),
            Err(_) => check()?,
        }
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
    /// Whether a thread closes idle connections.
    sweeping: AtomicBool,
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
        // A process with one thread gets no second one, because languages warn when a process with
        // threads forks: its next call closes old connections.
        if !self.sweeping.load(Ordering::Relaxed)
            && (count > 1 || !is_main_thread())
            && !self.sweeping.swap(true, Ordering::AcqRel)
        {
            let sweeper = std::thread::Builder::new().name("lomi-idle".into());
            if sweeper.spawn(|| self.sweep()).is_err() {
                self.sweeping.store(false, Ordering::Release);
            }
        }
    }

    /// Closes idle connections, until none is left.
    fn sweep(&self) {
        loop {
            std::thread::sleep(TICK);
            self.sweeping.store(false, Ordering::Release);
            let Ok(mut runtimes) = self.runtimes.lock() else { return };
            let now = Instant::now();
            let (left, ended): (Vec<_>, Vec<_>) =
                std::mem::take(&mut *runtimes).into_iter().partition(|runtime| runtime.sweep(now));
            *runtimes = left;
            let is_empty = runtimes.is_empty();
            drop(runtimes);
            drop(ended);
            // A call that ended meanwhile may have started another sweep.
            if is_empty || self.sweeping.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn is_main_thread() -> bool {
    // SAFETY: both calls have no arguments and cannot fail.
    unsafe { libc::gettid() == libc::getpid() }
}

#[cfg(not(target_os = "linux"))]
fn is_main_thread() -> bool {
    true
}

/// Drives a call while the calling thread waits. `check` runs every [`CHECK_INTERVAL`]; its error
/// ends the call and closes its connection.
pub fn run_blocking<E: From<Error>>(
    mut call: Call,
    check: impl FnMut() -> Result<(), E>,
) -> Result<Response, E> {
    // A thread that runs a tokio runtime cannot run another one.
    if Handle::try_current().is_ok() {
        return wait_for_worker(call, CHECK_INTERVAL, check);
    }
    let idle = IDLE.get();
    let runtime = match idle.take() {
        Some(runtime) => runtime,
        // Another call is in flight, or this call is made within one.
        None => BlockingRuntime::new(generation())?,
    };
    let result = catch_unwind(AssertUnwindSafe(|| runtime.drive(&mut call, check)))
        .unwrap_or_else(|_| Err(call.interrupted(Error::panicked()).into()));
    // A child that was forked while the call ran must not keep the parent's runtime.
    if runtime.generation == generation() {
        idle.keep(runtime);
    }
    result
}
