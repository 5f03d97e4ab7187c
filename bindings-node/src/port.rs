//! The way back to JavaScript: finished calls gather in a queue, and the first one in
//! an empty queue wakes the thread that owns it. Sixty-four calls that end together
//! cost one wake, and a port without calls does not keep the process alive.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};

use lomi::process::{Bundle, Started, Waiting};
use lomi::{Error, ErrorKind, Progress};
use napi::bindgen_prelude::{Function, JsValuesTupleIntoVec, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};
use napi_derive::napi;

use crate::facts;

/// How many calls are handed over in one go: arguments stand on the stack.
const MOST_AT_ONCE: usize = 256;

/// Wakes the owning thread; weak, so that by itself it holds no process open.
type Waker = ThreadsafeFunction<(), (), Batch, Status, false, true>;

/// How a call ended.
pub(crate) struct Settled {
    /// 0 nothing, 1 one object, 2 a page, 3 any value, 4 an error; for an object the
    /// number of its model stands above the lowest eight bits.
    pub(crate) tag: u32,
    /// The values, or the error.
    pub(crate) text: Vec<u8>,
    /// Of a long page, the lists of rows that come before.
    pub(crate) earlier: Vec<Vec<u8>>,
    pub(crate) facts: Option<Vec<u8>>,
    pub(crate) notes: Option<Vec<u8>>,
}

impl Settled {
    pub(crate) const NOTHING: u32 = 0;
    pub(crate) const ONE: u32 = 1;
    pub(crate) const PAGE: u32 = 2;
    pub(crate) const ANY: u32 = 3;
    pub(crate) const ERROR: u32 = 4;
    /// A bit beside these: the response has a warning.
    pub(crate) const WARNED: u32 = 0x40;

    pub(crate) fn error(error: &Error) -> Self {
        let text = facts::of_error(error);
        Self { tag: Self::ERROR, text, earlier: Vec::new(), facts: None, notes: None }
    }

    /// `id, tag, text, facts, notes`. A text that comes in parts is a list of them.
    fn values(self, env: &Env, id: u32) -> napi::Result<[sys::napi_value; 5]> {
        // SAFETY: `env` is the environment of this thread.
        let value = |text: Vec<u8>| unsafe {
            ToNapiValue::to_napi_value(env.raw(), env.create_string_latin1(text)?)
        };
        // SAFETY: as above; the unit is undefined.
        let optional = |given: Option<Vec<u8>>| match given {
            Some(given) => value(given),
            None => unsafe { ToNapiValue::to_napi_value(env.raw(), ()) },
        };
        // SAFETY: as above.
        let number = |number: u32| unsafe { ToNapiValue::to_napi_value(env.raw(), number) };
        let values = if self.earlier.is_empty() {
            value(self.text)?
        } else {
            let parts = self.earlier.into_iter().chain([self.text]);
            let parts = parts.map(|part| env.create_string_latin1(part));
            let parts = parts.collect::<napi::Result<Vec<_>>>()?;
            // SAFETY: as above.
            unsafe { ToNapiValue::to_napi_value(env.raw(), parts)? }
        };
        let (facts, notes) = (optional(self.facts)?, optional(self.notes)?);
        Ok([number(id)?, number(self.tag)?, values, facts, notes])
    }
}

#[derive(Default)]
pub(crate) struct Queue {
    ended: Mutex<Vec<(u32, Settled)>>,
    /// Calls that were started and not yet handed over.
    under_way: Waiting,
    waker: OnceLock<Waker>,
    /// Calls by their numbers; one that is taken out and dropped ends.
    calls: Mutex<BTreeMap<u32, Started>>,
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
        let (ended, more) = match self.ended.lock() {
            Ok(mut ended) => {
                let most = ended.len().min(MOST_AT_ONCE);
                let now: Vec<_> = ended.drain(..most).collect();
                (now, !ended.is_empty())
            }
            Err(_) => (Vec::new(), false),
        };
        if self.under_way.end(ended.len()) {
            self.hold(env, false);
        }
        if let Ok(mut calls) = self.calls.lock() {
            for (id, _) in &ended {
                calls.remove(id);
            }
        }
        if more {
            self.wake();
        }
        Batch(ended)
    }

    fn abort_all(&self) {
        let calls = self.calls.lock().map(|mut calls| std::mem::take(&mut *calls));
        drop(calls);
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

/// Calls that ended together, as arguments: `id, tag, text, facts, notes, id, ...`.
pub struct Batch(Vec<(u32, Settled)>);

impl JsValuesTupleIntoVec for Batch {
    fn into_vec(self, env: sys::napi_env) -> napi::Result<Vec<sys::napi_value>> {
        let mut values = Vec::with_capacity(self.0.len() * 5);
        for (id, settled) in self.0 {
            values.extend(settled.values(&Env::from_raw(env), id)?);
        }
        Ok(values)
    }
}

/// What did not take a call to settle: a list of the same.
pub struct AtOnce(pub(crate) Settled);

impl ToNapiValue for AtOnce {
    unsafe fn to_napi_value(env: sys::napi_env, settled: Self) -> napi::Result<sys::napi_value> {
        let env = Env::from_raw(env);
        let values = settled.0.values(&env, 0)?;
        let mut list = env.create_array(5)?;
        for (at, value) in (0..).zip(values) {
            // SAFETY: just made in this environment.
            list.set(at, unsafe { napi::Unknown::from_raw_unchecked(env.raw(), value) })?;
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
    pub fn new(env: &Env, settle: Function<'_, Batch, ()>) -> napi::Result<Self> {
        let queue = Arc::new(Queue::default());
        // A thread that ends waits for nothing any more, and its connections are freed.
        env.add_env_cleanup_hook(Arc::clone(&queue), |queue| queue.abort_all())?;
        let source = Arc::clone(&queue);
        let waker = settle
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .build_callback(move |context| Ok(source.take(&context.env)))?;
        let _ = queue.waker.set(waker);
        Ok(Self { queue })
    }

    /// Ends a call early. It settles as cancelled, unless it has just ended by itself.
    #[napi(catch_unwind)]
    pub fn abort(&self, id: u32) {
        let call = self.queue.calls.lock().ok().and_then(|mut calls| calls.remove(&id));
        drop(call);
    }
}

impl Queue {
    /// Starts a call; what it comes to goes into the queue. A call that is aborted or
    /// panics settles with what its `progress` knows.
    pub(crate) fn start(
        queue: &Arc<Self>,
        env: &Env,
        id: u32,
        progress: Option<Progress>,
        work: impl Future<Output = Settled> + Send + 'static,
    ) -> Result<(), Error> {
        let bundle = Bundle::current()?;
        let mut promise = Promise { queue: Arc::clone(queue), id, progress, state: State::Open };
        let alone = queue.under_way.begin();
        if alone {
            queue.hold(env, true);
        }
        let call = bundle.start(alone, async move {
            promise.settle(work.await);
            if promise.queue.under_way.is_many() {
                // Others may end in this very moment: one wake serves them all.
                tokio::task::yield_now().await;
            }
            drop(promise);
        });
        if let Ok(mut calls) = queue.calls.lock() {
            calls.insert(id, call);
        }
        Ok(())
    }
}

/// Whatever becomes of a call (an end, an abort, a panic), it settles, and its thread
/// is woken.
struct Promise {
    queue: Arc<Queue>,
    id: u32,
    progress: Option<Progress>,
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
            // The work is dropped before this: no request follows, so that the attempts
            // are counted to the last one.
            let error = if std::thread::panicking() {
                Error::new(ErrorKind::Internal, "a call ended in a panic")
            } else {
                Error::new(ErrorKind::Cancelled, "the call was cancelled")
            };
            let error = match &self.progress {
                Some(progress) => progress.ended(error),
                None => error,
            };
            self.settle(Settled::error(&error));
        }
        if let State::Settled { wake: true } = self.state {
            self.queue.wake();
        }
    }
}
