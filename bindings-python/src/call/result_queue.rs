//! The results of calls on their way to an event loop. The worker thread never touches
//! Python: it pushes a result and wakes the loop through a file descriptor that the loop
//! watches; the loop's thread then makes the Python values. One queue serves one loop of
//! one process.

use std::sync::{Arc, Mutex};

use lomi::binding::{self, Call, execute};
use lomi::binding::{InFlight, Worker};
use lomi::{Error, Response};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::call::queue_observer::QueueObserver;
use crate::call::shared_queue::{Item, SharedQueue};
use crate::error::BindingError;
use crate::events::Wanted;
use crate::exception::{guarded, raise};
use crate::model_set::ModelSet;
use crate::python_code;
use crate::response::read::read_response;
use crate::response::steps::Steps;

/// The results of the calls of one event loop.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct ResultQueue {
    shared: Arc<SharedQueue>,
}

#[pymethods]
impl ResultQueue {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self { shared: Arc::new(SharedQueue::new()?) })
    }

    /// The descriptor that the loop watches for reading.
    fn fileno(&self) -> i64 {
        self.shared.fileno()
    }

    /// For a loop that watches no descriptors: what a thread of the caller's waits with.
    fn watcher(&self) -> Watcher {
        self.shared.wake.watch();
        Watcher { shared: Arc::clone(&self.shared) }
    }

    /// Gives the result of every finished call to its future. `pending` has, by token, a
    /// tuple that begins with the future and with what takes the result (`Steps`), or None.
    /// Returns the events that came before, each with the tuple of its call, or None: Python
    /// code delivers them before it lets the futures' callers continue.
    fn drain<'py>(
        &self,
        py: Python<'py>,
        pending: &Bound<'py, PyDict>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        let mut events = None;
        for item in self.shared.take() {
            let (token, models, result) = match item {
                Item::Finished { token, models, result } => (token, models, result),
                Item::Event { token, event } => {
                    if let Some(entry) = pending.get_item(token)? {
                        let event = event.into_python(py)?;
                        events.get_or_insert_with(|| PyList::empty(py)).append((entry, event))?;
                    }
                    continue;
                }
            };
            let Some(entry) = pending.get_item(token)? else { continue };
            pending.del_item(token)?;
            let entry = entry.cast::<PyTuple>()?;
            let future = entry.get_item(0)?;
            let steps = entry.get_item(1)?.extract::<Option<Steps<'_>>>()?;
            // A pager does not move on where the future was cancelled: the page is lost.
            if steps.is_some() && is_done(&future)? {
                continue;
            }
            let set = match guarded(|| value(py, result, models, steps)) {
                Ok(value) => {
                    let set = python_code::attribute(&future, pyo3::intern!(py, "set_result"))?;
                    python_code::call(&set, (value,))
                }
                Err(error) => {
                    let set = python_code::attribute(&future, pyo3::intern!(py, "set_exception"))?;
                    python_code::call(&set, (error.into_value(py),))
                }
            };
            // A cancelled future refuses its result. That must not stop the other futures.
            if let Err(error) = set
                && !is_done(&future)?
            {
                return Err(error);
            }
        }
        Ok(events)
    }
}

impl Drop for ResultQueue {
    fn drop(&mut self) {
        self.shared.wake.end();
    }
}

/// Waits for a loop's results in place of the loop.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Watcher {
    shared: Arc<SharedQueue>,
}

#[pymethods]
impl Watcher {
    /// Blocks until the loop must drain its queue. False when the queue is gone.
    fn wait(&self, py: Python<'_>) -> bool {
        py.detach(|| self.shared.wake.wait())
    }
}

fn is_done(future: &Bound<'_, PyAny>) -> PyResult<bool> {
    future.call_method0(pyo3::intern!(future.py(), "done"))?.is_truthy()
}

fn value<'py>(
    py: Python<'py>,
    result: Result<Response, Error>,
    models: ModelSet,
    steps: Option<Steps<'py>>,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    match steps {
        Some(steps) => steps.take(py, result, models),
        None => read_response(py, result?, models),
    }
}

impl ResultQueue {
    /// Starts a call on the worker thread. Its result is pushed under `token`, after the events
    /// that are wanted.
    pub(crate) fn start(
        &self,
        token: u64,
        mut call: Box<Call>,
        models: ModelSet,
        wanted: Wanted,
    ) -> Result<CallHandle, Error> {
        let progress = call.progress();
        let shared = Arc::clone(&self.shared);
        if wanted.0 != 0 {
            call.observe(Arc::new(QueueObserver { queue: Arc::clone(&shared), token, wanted }));
        }
        let call = execute(call);
        let worker = Worker::current()?;
        let alone = shared.in_flight.begin();
        let started = worker.start(alone, async move {
            let mut delivery = Delivery { shared, token, models, stage: Stage::Running };
            let result = call.await.map(|response| *response);
            delivery.push(result);
            if matches!(delivery.stage, Stage::MustWake) {
                // Results that came in at the same time are delivered with one wake-up.
                tokio::task::yield_now().await;
            }
        });
        Ok(CallHandle { call: Mutex::new(Some(started)), progress })
    }
}

/// Pushes the result and wakes the loop however the task ends: a panic must not leave the
/// future pending for ever.
struct Delivery {
    shared: Arc<SharedQueue>,
    token: u64,
    models: ModelSet,
    stage: Stage,
}

enum Stage {
    Running,
    /// The result is the first in the queue, so this task wakes the loop.
    MustWake,
    /// Another result is before it in the queue; the task of that one wakes the loop.
    Queued,
}

impl Delivery {
    fn push(&mut self, result: Result<Response, Error>) {
        let finished = Item::Finished { token: self.token, models: self.models, result };
        self.stage = if self.shared.push(finished) { Stage::MustWake } else { Stage::Queued };
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if matches!(self.stage, Stage::Running) {
            self.push(Err(if std::thread::panicking() {
                Error::internal("the native library panicked")
            } else {
                Error::cancelled()
            }));
        }
        if matches!(self.stage, Stage::MustWake) {
            self.shared.wake();
        }
    }
}

/// A call in flight.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct CallHandle {
    /// To drop it ends the call.
    call: Mutex<Option<InFlight>>,
    progress: binding::CallHandle,
}

#[pymethods]
impl CallHandle {
    /// Ends the call and frees its connection. Nothing is sent again. Returns the
    /// `CancelledError` of the call (idempotency key, attempts, outcome), and whether it is
    /// a write that may have been carried out.
    fn abort<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, bool) {
        drop(self.take());
        let error = self.progress.cancelled();
        (raise(py, &error).into_value(py).into_bound(py).into_any(), error.is_outcome_unknown())
    }
}

impl CallHandle {
    fn take(&self) -> Option<InFlight> {
        self.call.lock().ok().and_then(|mut call| call.take())
    }
}

impl Drop for CallHandle {
    /// A call whose handle is gone continues: only `abort` ends it.
    fn drop(&mut self) {
        if let Some(call) = self.take() {
            call.detach();
        }
    }
}
