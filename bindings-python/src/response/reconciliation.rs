//! A run of `reconcile`. Which calls it makes, and which events they bring, is the core's.

use std::sync::Mutex;
use std::time::SystemTime;

use lomi::binding::{self, Call, Decoded, ReconcileStep, Target, messages};
use lomi::{CallOptions, Error, Input, Response, Value};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert::to_core;
use crate::error::{BindingError, wrong};
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::request::arguments::prepare_target;
use crate::rows::builder::Objects;

/// A run. After the error of one of its calls, the same call is made again.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Reconciliation {
    state: Mutex<State>,
}

struct State {
    run: binding::Reconciliation,
    /// The call to make now.
    next: Option<Box<(Target, Input, CallOptions)>>,
    /// The cursor after the last event; after the end, that of the next run.
    cursor: String,
}

#[pymethods]
impl Reconciliation {
    /// Goes on from a cursor, or starts at a time.
    #[new]
    fn new(since: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(|| {
            let Value::String(cursor) = to_core::any("since", since, ModelSet::Modern)? else {
                return Err(wrong(messages::not_since("datetime", to_core::kind(since))));
            };
            let run = binding::Reconciliation::new(&cursor)?;
            Ok(Self { state: Mutex::new(State { run, next: None, cursor }) })
        })
    }

    /// None while a call must be made, then an event and the cursor after it; nothing at the end.
    fn step<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        guarded(|| {
            let mut state = self.state.lock().map_err(|_| poisoned())?;
            let event = match state.run.step()? {
                ReconcileStep::Call(call) => {
                    state.next = Some(call);
                    return Ok(None);
                }
                ReconcileStep::Done(cursor) => {
                    state.cursor = cursor;
                    return Ok(Some(PyTuple::empty(py)));
                }
                ReconcileStep::Event(found) => {
                    state.cursor = found.cursor;
                    found.event
                }
            };
            let cursor = state.cursor.clone();
            // Reading the event runs Python code.
            drop(state);
            let event = match event.decode(&mut Objects::new(py, ModelSet::Modern))? {
                Decoded::One(event) => event,
                Decoded::Nothing | Decoded::Rows(..) => py.None().into_bound(py),
            };
            Ok(Some((event, cursor).into_pyobject(py)?))
        })
    }

    /// The cursor after the last event; after the end, that of the next run.
    #[getter]
    fn cursor(&self) -> PyResult<String> {
        guarded(|| Ok(self.state.lock().map_err(|_| poisoned())?.cursor.clone()))
    }
}

impl Reconciliation {
    /// Checks the next call; nothing is sent yet.
    pub(crate) fn prepare(
        &self,
        py: Python<'_>,
        client: &lomi::Client,
    ) -> Result<Box<Call>, BindingError> {
        let next = self.state.lock().map_err(|_| poisoned())?.next.take();
        let next = next.ok_or_else(|| Error::internal("the run is over"))?;
        // The core reads the rows, so that no class is needed for them.
        prepare_target(py, client, *next, ModelSet::Plain)
    }

    /// Takes the result of a call.
    pub(crate) fn take(&self, result: Result<Response, Error>) -> Result<(), Error> {
        self.state.lock().map_err(|_| poisoned())?.run.take(result, SystemTime::now())
    }
}

fn poisoned() -> Error {
    Error::internal("the run cannot continue after a panic")
}
