//! Calls that block: the thread that makes one drives it.

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

/// How long a blocking call waits between looks at its interpreter (signals, limits).
pub const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// How often connections of threads that make no calls are looked at.
const TICK: Duration = Duration::from_secs(1);

/// What a blocking call is carried out with. Driving a call on the thread that waits for
/// it costs about half of handing it to another one and back. Between calls it waits in
/// [`IdleRuntimes`] for the next call of any thread, so that threads which do nothing hold nothing.
struct BlockingRuntime {
    generation: u64,
    /// Nothing only after `drop`.
    parts: Option<(Runtime, Pool)>,
}

impl BlockingRuntime {
    fn new(generation: u64) -> Result<Self, Error> {
        let runtime =
            Builder::new_current_thread().enable_io().enable_time().build().map_err(no_runtime)?;
        Ok(Self { generation, parts: Some((runtime, Pool::default())) })
    }

    /// Drives a call to its end. The steps between its waits run outside the runtime: an observer
    /// that is told about them may make calls of its own.
    fn drive<E: From<Error>>(
        &self,
        call: &mut Call,
        mut check: impl FnMut() -> Result<(), E>,
    ) -> Result<Response, E> {
        let Some((runtime, pool)) = &self.parts else {
            return Err(Error::internal("this runtime has ended").into());
        };
        let mut sender = Sender::new(call, pool)?;
        let mut settled = false;
        loop {
            match call.step(Instant::now()) {
                Step::Done(result) => return finish(call, result).map_err(E::from),
                // Within the future, since a timer is made inside its runtime.
                Step::Wait(pause) => wait(runtime, async { sleep(pause).await }, &mut check)?,
                Step::Send(request, within) => {
                    let sent = async {
                        // Connections that the server closed since the last call are noticed
                        // here, and not by writing a request to them.
                        if !std::mem::replace(&mut settled, true) {
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

    /// Closes connections that were idle for too long. Says whether any is left.
    fn sweep(&self, now: Instant) -> bool {
        self.parts.as_ref().is_some_and(|(_, pool)| pool.sweep(now))
    }
}

/// Waits for a future. In between, outside the runtime, `check` is asked whether to go on: it
/// may run code that makes calls of its own.
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
        // In a forked child these are the parent's: closing them would take its sockets
        // out of an epoll that both share.
        if self.generation != generation() {
            std::mem::forget(self.parts.take());
        }
    }
}

/// The runtimes of a process that no blocking call uses at the moment; the one used last
/// stands last.
#[derive(Default)]
struct IdleRuntimes {
    owns: Mutex<Vec<BlockingRuntime>>,
    /// A thread closes what stays idle.
    sweeping: AtomicBool,
}

static IDLE: PerProcess<IdleRuntimes> = PerProcess::new(IdleRuntimes::default);

impl IdleRuntimes {
    fn take(&self) -> Option<BlockingRuntime> {
        self.owns.lock().ok()?.pop()
    }

    fn keep(&'static self, own: BlockingRuntime) {
        let Ok(mut owns) = self.owns.lock() else { return };
        owns.push(own);
        let count = owns.len();
        drop(owns);
        // A process of one thread stays one: its next call closes what is old. A fork warns
        // about threads, and has to.
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

    /// Closes what stays idle, until nothing is left.
    fn sweep(&self) {
        loop {
            std::thread::sleep(TICK);
            self.sweeping.store(false, Ordering::Release);
            let Ok(mut owns) = self.owns.lock() else { return };
            let now = Instant::now();
            let (left, ended): (Vec<_>, Vec<_>) =
                std::mem::take(&mut *owns).into_iter().partition(|own| own.sweep(now));
            *owns = left;
            let is_empty = owns.is_empty();
            drop(owns);
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

/// Drives a call while the calling thread waits. Every [`CHECK_INTERVAL`], `check` is asked
/// whether to go on; its error ends the call and frees its connection.
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
        // A second call at the same time, or within a call, makes another.
        None => BlockingRuntime::new(generation())?,
    };
    let result = catch_unwind(AssertUnwindSafe(|| runtime.drive(&mut call, check)))
        .unwrap_or_else(|_| Err(call.interrupted(Error::panicked()).into()));
    // Not in a child that was forked while the call ran.
    if runtime.generation == generation() {
        idle.keep(runtime);
    }
    result
}
