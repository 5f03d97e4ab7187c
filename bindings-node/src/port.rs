//! The way back to JavaScript: finished calls gather in a queue, and the first one in
//! an empty queue wakes the thread that owns it. Sixty-four calls that end together
//! cost one wake, and a port without calls does not keep the process alive.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use lomi::process::Bundle;
use lomi::{Error, ErrorKind};
use napi::bindgen_prelude::{Function, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};
use napi_derive::napi;
use tokio::task::AbortHandle;

use crate::facts;

/// Wakes the owning thread; weak, so that by itself it holds no process open.
type Waker = ThreadsafeFunction<(), (), Batch, Status, false, true>;

/// How a call ended.
pub(crate) struct Settled {
    /// 0 nothing, 1 one object, 2 a page, 3 any value, 4 an error; for an object the
    /// number of its model stands above the lowest eight bits.
    pub(crate) tag: u32,
    /// The values, or the error.
    pub(crate) text: Vec<u8>,
    pub(crate) facts: Option<Vec<u8>>,
    pub(crate) notes: Option<Vec<u8>>,
}

impl Settled {
    pub(crate) const NOTHING: u32 = 0;
    pub(crate) const ONE: u32 = 1;
    pub(crate) const PAGE: u32 = 2;
    pub(crate) const ANY: u32 = 3;
    pub(crate) const ERROR: u32 = 4;

    pub(crate) fn error(error: &Error) -> Self {
        Self { tag: Self::ERROR, text: facts::of_error(error), facts: None, notes: None }
    }
}

#[derive(Default)]
pub(crate) struct Queue {
    ended: Mutex<Vec<(u32, Settled)>>,
    /// Calls that were started and not yet handed over.
    under_way: AtomicU32,
    waker: OnceLock<Waker>,
    aborts: Mutex<HashMap<u32, AbortHandle>>,
}

impl Queue {
    /// Adds a call that ended. Whoever finds the queue empty has to wake its thread.
    fn push(&self, id: u32, settled: Settled) -> bool {
        let Ok(mut ended) = self.ended.lock() else { return false };
        ended.push((id, settled));
        ended.len() == 1
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            // Where the thread is shutting down nobody waits any more.
            let _ = waker.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Everything that ended. Called on the thread that owns the port.
    fn take(&self, env: &Env) -> Batch {
        let ended = self.ended.lock().map(|mut ended| std::mem::take(&mut *ended));
        let ended = ended.unwrap_or_default();
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        if self.under_way.fetch_sub(count, Ordering::Relaxed) == count {
            self.hold(env, false);
        }
        if let Ok(mut aborts) = self.aborts.lock() {
            for (id, _) in &ended {
                aborts.remove(id);
            }
        }
        Batch(ended)
    }

    /// Lets the waker keep the process alive, or not. Called on the owning thread.
    fn hold(&self, env: &Env, open: bool) {
        let Some(waker) = self.waker.get().filter(|waker| !waker.aborted()) else { return };
        // SAFETY: this is the thread of `env`, and the function is not released yet.
        unsafe {
            if open {
                sys::napi_ref_threadsafe_function(env.raw(), waker.raw());
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), waker.raw());
            }
        }
    }
}

/// Calls that ended together: `[id, tag, text, facts, notes, id, ...]`.
pub struct Batch(Vec<(u32, Settled)>);

impl Batch {
    /// What did not take a call to settle.
    pub(crate) fn of(settled: Settled) -> Self {
        Self(vec![(0, settled)])
    }
}

impl ToNapiValue for Batch {
    unsafe fn to_napi_value(env: sys::napi_env, batch: Self) -> napi::Result<sys::napi_value> {
        let env = Env::from_raw(env);
        let mut list = env.create_array(u32::try_from(batch.0.len() * 5).unwrap_or(u32::MAX))?;
        let mut at = 0;
        for (id, settled) in batch.0 {
            list.set(at, id)?;
            list.set(at + 1, settled.tag)?;
            list.set(at + 2, env.create_string_latin1(settled.text)?)?;
            if let Some(facts) = settled.facts {
                list.set(at + 3, env.create_string_latin1(facts)?)?;
            }
            if let Some(notes) = settled.notes {
                list.set(at + 4, env.create_string_latin1(notes)?)?;
            }
            at += 5;
        }
        // SAFETY: `env` is the environment this was called with.
        unsafe { ToNapiValue::to_napi_value(env.raw(), list) }
    }
}

/// One thread's door to its calls.
#[napi]
pub struct Port {
    pub(crate) queue: Arc<Queue>,
}

#[napi]
impl Port {
    /// `settle` is called with each batch of calls that ended.
    #[napi(constructor, catch_unwind)]
    pub fn new(settle: Function<'_, Batch, ()>) -> napi::Result<Self> {
        let queue = Arc::new(Queue::default());
        let source = Arc::clone(&queue);
        let waker = settle
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .build_callback(move |context| Ok(source.take(&context.env)))?;
        let _ = queue.waker.set(waker);
        Ok(Self { queue })
    }

    /// Ends a call early. It settles as cancelled, unless it just ended by itself.
    #[napi(catch_unwind)]
    pub fn abort(&self, id: u32) {
        let handle = self.queue.aborts.lock().ok().and_then(|mut aborts| aborts.remove(&id));
        if let Some(handle) = handle {
            handle.abort();
        }
    }
}

impl Port {
    /// Runs a call on the worker thread; what it comes to goes into the queue.
    pub(crate) fn start(
        &self,
        env: &Env,
        id: u32,
        may_abort: bool,
        work: impl Future<Output = Settled> + Send + 'static,
    ) -> Result<(), Error> {
        let bundle = Bundle::current()?;
        let mut promise = Promise { queue: Arc::clone(&self.queue), id, state: State::Open };
        if self.queue.under_way.fetch_add(1, Ordering::Relaxed) == 0 {
            self.queue.hold(env, true);
        }
        let task = bundle.spawn(async move {
            let settled = work.await;
            promise.settle(settled);
            if promise.queue.under_way.load(Ordering::Relaxed) > 1 {
                // Others may end in this very moment: one wake serves them all.
                tokio::task::yield_now().await;
            }
            drop(promise);
        });
        if may_abort && let Ok(mut aborts) = self.queue.aborts.lock() {
            aborts.insert(id, task.abort_handle());
        }
        Ok(())
    }
}

/// Whatever becomes of a call (an end, an abort, a panic), it settles, and its thread
/// is woken.
struct Promise {
    queue: Arc<Queue>,
    id: u32,
    state: State,
}

enum State {
    Open,
    Settled { wake: bool },
}

impl Promise {
    fn settle(&mut self, settled: Settled) {
        if let State::Open = self.state {
            self.state = State::Settled { wake: self.queue.push(self.id, settled) };
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let State::Open = self.state {
            self.settle(Settled::error(&if std::thread::panicking() {
                Error::new(ErrorKind::Internal, "a call ended in a panic")
            } else {
                Error::cancelled()
            }));
        }
        if let State::Settled { wake: true } = self.state {
            self.queue.wake();
        }
    }
}
