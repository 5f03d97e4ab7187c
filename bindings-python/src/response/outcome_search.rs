//! The search for the outcome of a call. Which calls it makes, and what they show, is the core's.

use std::sync::Mutex;
use std::time::SystemTime;

use lomi::binding::{self, Call, Decoded, FindStep, Target};
use lomi::{CallOptions, Error, FindOptions, FoundOutcome, Input, Response};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use crate::convert::strings::{ids, text};
use crate::error::BindingError;
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::request::arguments::prepare_target;
use crate::response::read::read_response;
use crate::rows::builder::Objects;

/// A search. After the error of one of its calls, the same call is made again.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct OutcomeSearch {
    state: Mutex<State>,
}

struct State {
    search: binding::OutcomeSearch,
    /// The call to make now.
    next: Option<Box<(Target, Input, CallOptions)>>,
}

#[pymethods]
impl OutcomeSearch {
    /// A search for the `unknown_call` of an error.
    #[new]
    fn new(
        unknown_call: Option<&Bound<'_, PyString>>,
        known_ids: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        guarded(|| {
            let json = unknown_call.map(|json| text("unknown_call", json)).transpose()?;
            let options = FindOptions::new().known_ids(ids("known_ids", known_ids)?);
            let search =
                binding::OutcomeSearch::of_json(json.as_deref(), options, SystemTime::now())?;
            Ok(Self { state: Mutex::new(State { search, next: None }) })
        })
    }

    /// None while a call must be made, then once the name of the outcome and its values.
    fn step<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        guarded(|| match self.next_step()? {
            Some(found) => outcome(py, found).map(Some),
            None => Ok(None),
        })
    }
}

impl OutcomeSearch {
    /// Keeps the next call; the outcome once there is none.
    fn next_step(&self) -> Result<Option<FoundOutcome>, Error> {
        let mut state = self.state.lock().map_err(|_| poisoned())?;
        match state.search.step() {
            FindStep::Call(call) => {
                state.next = Some(call);
                Ok(None)
            }
            FindStep::Done(found) => Ok(Some(found)),
        }
    }

    /// Checks the next call; nothing is sent yet.
    pub(crate) fn prepare(
        &self,
        py: Python<'_>,
        client: &lomi::Client,
    ) -> Result<Box<Call>, BindingError> {
        let next = self.state.lock().map_err(|_| poisoned())?.next.take();
        let over = || Error::internal("the search is over");
        prepare_target(py, client, *next.ok_or_else(over)?, ModelSet::Modern)
    }

    /// Takes the result of a call.
    pub(crate) fn take(&self, result: Result<Response, Error>) -> Result<(), Error> {
        self.state.lock().map_err(|_| poisoned())?.search.take(result, SystemTime::now())
    }
}

/// The name of an outcome, and the arguments of its class.
fn outcome(py: Python<'_>, found: FoundOutcome) -> Result<Bound<'_, PyTuple>, BindingError> {
    Ok(match found {
        FoundOutcome::Done(object) => ("Done", object_of(py, *object)?).into_pyobject(py)?,
        FoundOutcome::NotDone => ("NotDone",).into_pyobject(py)?,
        FoundOutcome::Ambiguous(why) => {
            let candidates = why.candidates.into_iter().map(|one| object_of(py, one));
            let candidates = candidates.collect::<Result<Vec<_>, _>>()?;
            let seconds = why.ask_again_after.map(|pause| pause.as_secs_f64());
            ("Ambiguous", PyList::new(py, candidates)?, why.reason, seconds).into_pyobject(py)?
        }
        _ => return Err(Error::internal("an outcome that this binding does not know").into()),
    })
}

/// The object of a response, as its call returns it; that of a row of a list has no response.
fn object_of(py: Python<'_>, response: Response) -> Result<Bound<'_, PyAny>, BindingError> {
    if response.attempts > 0 {
        return Ok(read_response(py, response, ModelSet::Modern)?.get_item(0)?);
    }
    Ok(match response.decode(&mut Objects::new(py, ModelSet::Modern))? {
        Decoded::One(object) => object,
        Decoded::Nothing | Decoded::Rows(..) => py.None().into_bound(py),
    })
}

fn poisoned() -> Error {
    Error::internal("the search cannot continue after a panic")
}
