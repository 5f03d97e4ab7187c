//! Calls that are awaited, and the worker thread that carries them out.

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
use super::drive::{drive, until_panic};
use crate::call::Call;
use crate::error::Error;
use crate::process::{self, PerProcess, generation};
use crate::response::Response;
use crate::transport::Pool;

/// How often the worker thread looks for connections to close.
const TICK: Duration = Duration::from_secs(1);

thread_local! {
    /// This is the worker thread of a process.
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
    /// Calls that can go on, for the worker.
    ready: UnboundedSender<Runnable>,
    pool: Pool,
    /// Calls of Rust programs; other languages count their own.
    awaited: CallCount,
    /// A task closes connections that stay idle.
    sweeping: AtomicBool,
}

impl Worker {
    /// The bundle of this process, built on the first call that is awaited.
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
            pool: Pool::default(),
            awaited: CallCount::default(),
            sweeping: AtomicBool::default(),
        };
        if let Err(second) = slot.set(worker) {
            second.runtime.shutdown_background();
        }
        slot.get().ok_or_else(|| Error::internal("the worker is gone"))
    }

    /// Carries a call out; must be polled by `start`.
    pub(crate) async fn drive(&'static self, call: &mut Call) -> Result<Response, Error> {
        // Names, certificates and handshakes take their time.
        if !IS_WORKER.get() && !self.pool.is_warm(&call.config().endpoint) {
            yield_now().await;
        }
        let result = drive(call, &self.pool).await;
        if !self.sweeping.swap(true, Ordering::AcqRel) {
            drop(self.runtime.spawn(self.sweep()));
        }
        result
    }

    /// Closes connections that stay idle, until there is none.
    ///
    /// It looks often, although little is to be done: while a timer is due soon, those that
    /// each call sets for much later do not wake the thread that waits for the first one.
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

    /// Starts a call, for the worker to carry out.
    ///
    /// Of a call that is `alone`, what can be done without waiting is done at once, by the
    /// thread that asks for it: over an open connection that is all up to the answer, and
    /// the worker is not woken for less. While its caller waits for other calls as well,
    /// the worker is better left to do many in one go.
    pub fn start<T: Send + 'static>(
        &'static self,
        alone: bool,
        call: impl Future<Output = T> + Send + 'static,
    ) -> InFlight<T> {
        let (runnable, task) = async_task::spawn(call, |runnable| {
            // The worker ends only with its process.
            let _ = self.ready.send(runnable);
        });
        if alone {
            let _runtime = self.runtime.enter();
            run_task(runnable);
        } else {
            runnable.schedule();
        }
        InFlight { task: Some(task.fallible()), generation: self.generation }
    }
}

/// A call that was started. Dropped, it ends, and its connection is freed; but what a
/// forked child holds of it is its parent's, and goes on there.
pub struct InFlight<T = ()> {
    /// Nothing only when it is let go of.
    task: Option<FallibleTask<T>>,
    generation: u64,
}

impl<T> InFlight<T> {
    /// Lets the call go on, whoever drops this.
    pub fn detach(mut self) {
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }

    /// What it came to; nothing where it ended in a panic.
    pub(crate) async fn end(mut self) -> Option<T> {
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

/// How many calls somebody waits for.
#[derive(Debug, Default)]
pub struct CallCount(AtomicUsize);

impl CallCount {
    /// One more, of which it says whether it is alone.
    pub fn begin(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) == 0
    }

    /// So many were handed over. Says whether they were the last ones.
    pub fn end(&self, count: usize) -> bool {
        self.0.fetch_sub(count, Ordering::Relaxed) == count
    }

    /// Whether there is more than one.
    pub fn is_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}

/// Drives a call with the worker's connections; the future must be started by
/// [`Worker::start`].
pub fn execute(mut call: Call) -> Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>> {
    // Boxed: the future is moved several times before it is polled.
    Box::pin(async move {
        let result = until_panic(async { Worker::current()?.drive(&mut call).await }).await;
        result.unwrap_or_else(|| Err(call.interrupted(Error::panicked())))
    })
}

/// Drives an awaited call of a Rust program: within the caller's task where there is a tokio
/// runtime, else by the worker.
pub(crate) async fn run_awaited(call: Call) -> Result<Response, Error> {
    if let Some(pool) = RuntimePool::current() {
        return pool.run(call).await;
    }
    #[cfg(feature = "reqwest")]
    if call.config().http_client.is_some() {
        let message = "a client with an http_client works within a tokio runtime with its timers \
                       and sockets enabled, and there is none here";
        return Err(Error::configuration(message));
    }
    let worker = Worker::current()?;
    let alone = worker.awaited.begin();
    let _awaited = Awaited(&worker.awaited);
    // Dropped with this future, which ends the call.
    let result = worker.start(alone, execute(call)).end().await;
    result.unwrap_or_else(|| Err(Error::panicked()))
}

/// Waits for a call that the worker drives, and asks `check` every `interval` whether to go on.
pub(super) fn wait_for_worker<E: From<Error>>(
    call: Call,
    interval: Duration,
    mut check: impl FnMut() -> Result<(), E>,
) -> Result<Response, E> {
    if IS_WORKER.get() {
        let message = "a blocking call cannot be made by the thread that drives awaited calls, \
                       such as in a hook: make it elsewhere";
        return Err(Error::configuration(message).into());
    }
    let (sender, receiver) = mpsc::channel();
    // Dropped when this returns, which ends the call.
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

/// What the worker does: calls that can go on do.
async fn run_ready_calls(mut calls: UnboundedReceiver<Runnable>) {
    while let Some(call) = calls.recv().await {
        run_task(call);
    }
}

/// A call that panics ends; whoever runs it does not.
fn run_task(call: Runnable) {
    let _ = catch_unwind(AssertUnwindSafe(|| call.run()));
}

pub(super) fn no_runtime(error: std::io::Error) -> Error {
    Error::internal(format!("no runtime can be started: {error}"))
}
