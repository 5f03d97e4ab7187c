//! Awaited calls, and the worker thread that drives them.

use crate::messages::call as messages;
use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use async_task::{FallibleTask, Runnable};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

use super::caller::RuntimePool;
use super::drive::{catch_panic, drive};
use crate::call::Call;
use crate::error::Error;
use crate::process::{self, PerProcess, generation};
use crate::response::Response;
use crate::transport::{Pool, Reactor};

/// How often the worker thread checks idle connections.
const TICK: Duration = Duration::from_secs(1);

thread_local! {
    /// Whether this is the worker thread of a process.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

static WORKER: PerProcess<OnceLock<Worker>> = PerProcess::new(OnceLock::new);

/// Whether this is the worker thread.
#[cfg(test)]
pub(super) fn is_worker() -> bool {
    IS_WORKER.get()
}

/// The worker thread of a process and its connections.
pub struct Worker {
    generation: u64,
    runtime: Runtime,
    /// Calls that the worker must poll.
    ready: UnboundedSender<Runnable>,
    pool: Pool,
    /// The calls of Rust programs; other languages count theirs.
    awaited: CallCount,
    /// Whether a task closes idle connections.
    sweeping: AtomicBool,
}

impl Worker {
    /// The worker of this process, made on the first awaited call.
    pub fn current() -> Result<&'static Self, Error> {
        let slot = WORKER.get();
        if let Some(worker) = slot.get() {
            return Ok(worker);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lomi")
            .on_thread_start(|| {
                IS_WORKER.set(true);
                process::mark_own_thread();
            })
            .enable_io()
            .enable_time()
            .build()
            .map_err(no_runtime)?;
        let (ready, calls) = unbounded_channel();
        drop(runtime.spawn(run_ready_calls(calls)));
        let worker = Self {
            generation: generation(),
            runtime,
            ready,
            pool: Pool::new(Reactor::Tokio),
            awaited: CallCount::default(),
            sweeping: AtomicBool::default(),
        };
        if let Err(unused) = slot.set(worker) {
            unused.runtime.shutdown_background();
        }
        slot.get().ok_or_else(|| Error::internal(messages::worker_gone()))
    }

    /// Drives a call. The future must be passed to `start`.
    pub(crate) async fn drive(&'static self, call: &mut Call) -> Result<Box<Response>, Error> {
        // Leaves connecting to the worker: it would block the calling thread for too long.
        if !IS_WORKER.get() && !self.pool.is_warm(&call.config().endpoint) {
            yield_now().await;
        }
        let result = drive(call, &self.pool).await;
        if !self.sweeping.swap(true, Ordering::AcqRel) {
            drop(self.runtime.spawn(self.sweep()));
        }
        result
    }

    /// Closes idle connections, until none is left.
    ///
    /// It checks often on purpose: while this timer is due soon, a call that sets a later one does
    /// not wake the thread that waits for timers.
    async fn sweep(&'static self) {
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

    /// Starts a call that the worker drives.
    ///
    /// With `is_only`, the calling thread polls the call first. Over an open connection that sends
    /// the request, so the worker is woken only by the response. When several calls are in flight,
    /// the worker polls them in batches, which is faster.
    pub fn start<T: Send + 'static>(
        &'static self,
        is_only: bool,
        call: impl Future<Output = T> + Send + 'static,
    ) -> InFlight<T> {
        let (runnable, task) = async_task::spawn(call, |runnable| {
            // Cannot fail: the worker ends only with its process.
            let _ = self.ready.send(runnable);
        });
        if is_only {
            let _runtime = self.runtime.enter();
            run_task(runnable);
        } else {
            runnable.schedule();
        }
        InFlight { task: Some(task.fallible()), generation: self.generation }
    }
}

/// A call in flight. Dropping it cancels the call and closes its connection. In a forked child it
/// does nothing: the call belongs to the parent and continues there.
pub struct InFlight<T = ()> {
    /// `None` only after `detach` or `drop`.
    task: Option<FallibleTask<T>>,
    generation: u64,
}

impl<T> InFlight<T> {
    /// Lets the call continue after this is dropped.
    pub fn detach(mut self) {
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }

    /// Waits for the output; `None` if the call panicked.
    pub(crate) async fn join(mut self) -> Option<T> {
        match &mut self.task {
            Some(task) => task.await,
            None => None,
        }
    }
}

impl<T> Drop for InFlight<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take()
            && !task.is_finished()
            && self.generation != generation()
        {
            std::mem::forget(task);
        }
    }
}

/// How many awaited calls are in flight.
#[derive(Debug, Default)]
pub struct CallCount(AtomicUsize);

impl CallCount {
    /// Counts one more call. Returns whether it is the only one.
    pub fn begin(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) == 0
    }

    /// Subtracts calls whose results were delivered. Returns whether none is left.
    pub fn end(&self, count: usize) -> bool {
        self.0.fetch_sub(count, Ordering::Relaxed) == count
    }

    /// Whether more than one call is in flight.
    pub fn is_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}

/// Drives a call with the worker's connections. The future must be passed to [`Worker::start`].
pub fn execute(
    mut call: Box<Call>,
) -> Pin<Box<dyn Future<Output = Result<Box<Response>, Error>> + Send>> {
    // Boxed: the future is moved several times before it is polled.
    Box::pin(async move {
        let result = catch_panic(async { Worker::current()?.drive(&mut call).await }).await;
        result.unwrap_or_else(|| Err(call.interrupted(Error::panicked())))
    })
}

/// Drives an awaited call of a Rust program: in the caller's task if there is a tokio runtime, else
/// on the worker thread.
pub async fn run_awaited(call: Box<Call>) -> Result<Box<Response>, Error> {
    if let Some(pool) = RuntimePool::current() {
        return pool.run(call).await;
    }
    #[cfg(feature = "reqwest")]
    if call.config().http_client.is_some() {
        return Err(Error::configuration(messages::needs_runtime()));
    }
    let worker = Worker::current()?;
    let is_only = worker.awaited.begin();
    let _awaited = Awaited(&worker.awaited);
    // Dropping this future drops the call in flight, which cancels it.
    let result = worker.start(is_only, execute(call)).join().await;
    result.unwrap_or_else(|| Err(Error::panicked()))
}

/// Waits for a call that the worker drives. `check` runs every `interval`; its error cancels the
/// call.
pub(super) fn wait_for_worker<E: From<Error>>(
    call: Box<Call>,
    interval: Duration,
    mut check: impl FnMut() -> Result<(), E>,
) -> Result<Box<Response>, E> {
    if IS_WORKER.get() {
        return Err(Error::configuration(messages::blocking_in_worker()).into());
    }
    let (sender, receiver) = mpsc::channel();
    // Dropped when this function returns, which cancels the call.
    let _in_flight = Worker::current()?.start(false, async move {
        let _ = sender.send(execute(call).await);
    });
    loop {
        match receiver.recv_timeout(interval) {
            Ok(result) => return result.map_err(E::from),
            Err(RecvTimeoutError::Timeout) => check()?,
            Err(RecvTimeoutError::Disconnected) => return Err(Error::panicked().into()),
        }
    }
}

/// Counts a call until its caller stops waiting for it.
struct Awaited(&'static CallCount);

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.end(1);
    }
}

/// Worker loop: polls each call that is ready.
async fn run_ready_calls(mut calls: UnboundedReceiver<Runnable>) {
    while let Some(call) = calls.recv().await {
        run_task(call);
    }
}

/// Polls a call; a panic ends the call but not this thread.
fn run_task(call: Runnable) {
    let _ = catch_unwind(AssertUnwindSafe(|| call.run()));
}

pub(super) fn no_runtime(error: std::io::Error) -> Error {
    Error::internal(messages::no_tokio_runtime(error))
}
