//! The queue that delivers what calls have for JavaScript, in order: the events of their attempts
//! and their results. The first delivery in an empty queue wakes the JavaScript thread that owns
//! it. Sixty-four calls that end together cost one wake-up. A queue without calls in flight does
//! not keep the process alive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use lomi::binding::{CallCount, InFlight};
use napi::bindgen_prelude::{Function, JsValuesTupleIntoVec};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};
use napi_derive::napi;

use crate::response::{AttemptEvent, CallResult};

/// Maximum number of deliveries in one batch: the arguments of a JavaScript call are on the stack.
const MAX_BATCH: usize = 256;

/// Wakes the owning thread. Weak: without calls in flight it does not keep the process alive.
type Waker = ThreadsafeFunction<(), (), Batch, Status, false, true>;

/// What JavaScript gets for a call: the events of its attempts, then its result.
pub(super) enum Delivery {
    Event(AttemptEvent),
    Result(CallResult),
}

impl Delivery {
    fn is_result(&self) -> bool {
        matches!(self, Self::Result(_))
    }

    fn values(self, env: &Env, id: u32) -> napi::Result<[sys::napi_value; 5]> {
        match self {
            Self::Event(event) => event.values(env, id),
            Self::Result(result) => result.values(env, id),
        }
    }
}

/// The deliveries of one thread's calls, and the handles of its calls in flight.
#[derive(Default)]
pub(crate) struct Queue {
    deliveries: Mutex<Vec<(u32, Delivery)>>,
    /// Counts the calls whose result JavaScript does not have yet.
    pub(super) in_flight: CallCount,
    waker: OnceLock<Waker>,
    /// The call handles by call id. Dropping a handle cancels its call.
    handles: Mutex<BTreeMap<u32, InFlight>>,
}

impl Queue {
    /// Adds a delivery. Returns whether the queue was empty; then the caller must call `wake`.
    pub(super) fn push(&self, id: u32, delivery: Delivery) -> bool {
        let Ok(mut deliveries) = self.deliveries.lock() else { return false };
        deliveries.push((id, delivery));
        deliveries.len() == 1
    }

    pub(super) fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            // This fails only while the thread shuts down, when no call has a receiver any more.
            let _ = waker.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    pub(super) fn add_handle(&self, id: u32, handle: InFlight) {
        if let Ok(mut handles) = self.handles.lock() {
            handles.insert(id, handle);
        }
    }

    /// Takes the next batch of deliveries. Called on the owning thread.
    fn take(&self, env: &Env) -> Batch {
        let (batch, more) = match self.deliveries.lock() {
            Ok(mut deliveries) => {
                let size = deliveries.len().min(MAX_BATCH);
                let batch: Vec<_> = deliveries.drain(..size).collect();
                (batch, !deliveries.is_empty())
            }
            Err(_) => (Vec::new(), false),
        };
        let ended = batch.iter().filter(|(_, delivery)| delivery.is_result());
        if self.in_flight.end(ended.clone().count()) {
            self.keep_alive(env, false);
        }
        if let Ok(mut handles) = self.handles.lock() {
            for (id, _) in ended {
                handles.remove(id);
            }
        }
        if more {
            self.wake();
        }
        Batch(batch)
    }

    fn abort(&self, id: u32) {
        // The handle is dropped after the lock, because its call ends through this queue.
        let handle = self.handles.lock().ok().and_then(|mut handles| handles.remove(&id));
        drop(handle);
    }

    fn abort_all(&self) {
        let handles = self.handles.lock().map(|mut handles| std::mem::take(&mut *handles));
        drop(handles);
    }

    /// Sets whether the queue keeps the process alive. Called on the owning thread.
    pub(super) fn keep_alive(&self, env: &Env, keep: bool) {
        let Some(waker) = self.waker.get().filter(|waker| !waker.aborted()) else { return };
        // SAFETY: this is the thread of `env`, and the function is not released yet.
        unsafe {
            if keep {
                sys::napi_ref_threadsafe_function(env.raw(), waker.raw());
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), waker.raw());
            }
        }
    }
}

/// Deliveries that JavaScript gets together, as arguments: `id, tag, json, metadata, notes, id, ...`.
pub struct Batch(Vec<(u32, Delivery)>);

impl JsValuesTupleIntoVec for Batch {
    fn into_vec(self, env: sys::napi_env) -> napi::Result<Vec<sys::napi_value>> {
        let mut values = Vec::with_capacity(self.0.len() * 5);
        for (id, delivery) in self.0 {
            values.extend(delivery.values(&Env::from_raw(env), id)?);
        }
        Ok(values)
    }
}

/// The queue of one JavaScript thread.
#[napi]
pub struct CallQueue {
    pub(crate) inner: Arc<Queue>,
}

#[napi]
impl CallQueue {
    /// `deliver` is called with each batch.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: &Env, deliver: Function<'_, Batch, ()>) -> napi::Result<Self> {
        let queue = Arc::new(Queue::default());
        // When the thread ends, its calls are cancelled and their connections are closed.
        env.add_env_cleanup_hook(Arc::clone(&queue), |queue| queue.abort_all())?;
        let source = Arc::clone(&queue);
        let waker = deliver
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .build_callback(move |context| Ok(source.take(&context.env)))?;
        let _ = queue.waker.set(waker);
        Ok(Self { inner: queue })
    }

    /// Cancels a call. It ends as cancelled, unless it has just ended by itself.
    #[napi(catch_unwind)]
    pub fn abort(&self, id: u32) {
        self.inner.abort(id);
    }
}
