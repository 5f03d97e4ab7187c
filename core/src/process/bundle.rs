//! Calls that are awaited, and the worker thread that carries them out.

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_task::{FallibleTask, Runnable};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

use super::{generation, no_runtime, process};
use crate::client::drive;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::reply::Reply;
use crate::transport::Pool;

/// How often the worker thread looks for connections to close.
const TICK: Duration = Duration::from_secs(1);

thread_local! {
    /// This is the worker thread of a process: a child of that process does not have it.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the worker thread.
pub(super) fn is_worker() -> bool {
    IS_WORKER.get()
}

/// The worker thread of a process and its connections.
pub struct Bundle {
    generation: u64,
    runtime: Runtime,
    /// Calls that can go on, for the worker.
    ready: UnboundedSender<Runnable>,
    pool: Pool,
    /// Calls of Rust programs; other languages count their own.
    pub(crate) awaited: Waiting,
    /// A task closes connections that stay idle.
    sweeping: AtomicBool,
}

impl Bundle {
    /// The bundle of this process, built on the first call that is awaited.
    pub fn current() -> Result<&'static Self, Error> {
        let process = process();
        if let Some(bundle) = process.bundle.get() {
            return Ok(bundle);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lomi")
            .on_thread_start(|| IS_WORKER.set(true))
            .enable_io()
            .enable_time()
            .build()
            .map_err(no_runtime)?;
        let (ready, calls) = unbounded_channel();
        drop(runtime.spawn(carry_on(calls)));
        let bundle = Self {
            generation: process.generation,
            runtime,
            ready,
            pool: Pool::default(),
            awaited: Waiting::default(),
            sweeping: AtomicBool::default(),
        };
        if let Err(second) = process.bundle.set(bundle) {
            second.runtime.shutdown_background();
        }
        process.bundle.get().ok_or_else(|| Error::internal("the bundle is gone"))
    }

    /// Carries a call out; must be polled by `start`.
    pub(crate) async fn drive(&'static self, exchange: &mut Exchange) -> Result<Reply, Error> {
        // Names, certificates and handshakes take their time.
        if !IS_WORKER.get() && !self.pool.is_warm(&exchange.config().destination) {
            yield_now().await;
        }
        let result = drive(exchange, &self.pool).await;
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
    ) -> Started<T> {
        let (runnable, task) = async_task::spawn(call, |runnable| {
            // The worker ends only with its process.
            let _ = self.ready.send(runnable);
        });
        if alone {
            let _runtime = self.runtime.enter();
            go_on(runnable);
        } else {
            runnable.schedule();
        }
        Started { task: Some(task.fallible()), generation: self.generation }
    }
}

/// A call that was started. Dropped, it ends, and its connection is freed; but what a
/// forked child holds of it is its parent's, and goes on there.
pub struct Started<T = ()> {
    /// Nothing only when it is let go of.
    task: Option<FallibleTask<T>>,
    generation: u64,
}

impl<T> Started<T> {
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

impl<T> Drop for Started<T> {
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
pub struct Waiting(AtomicUsize);

impl Waiting {
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

/// What the worker does: calls that can go on do.
async fn carry_on(mut calls: UnboundedReceiver<Runnable>) {
    while let Some(call) = calls.recv().await {
        go_on(call);
    }
}

/// A call that panics ends; whoever runs it does not.
fn go_on(call: Runnable) {
    let _ = catch_unwind(AssertUnwindSafe(|| call.run()));
}
