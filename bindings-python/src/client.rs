//! The native client: a configuration, and every way to make a call with it. It holds no
//! connection, so threads may share it, and it works on both sides of a fork.

use lomi::Secret;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::call::blocking::run;
use crate::call::result_queue::{CallHandle, ResultQueue};
use crate::call::thread_observer::ThreadObserver;
use crate::config::{builder, language};
use crate::error::BindingError;
use crate::events::Wanted;
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::python_code;
use crate::request::arguments::{Arguments, warn};
use crate::response::read::read_response;
use crate::response::steps::Steps;

/// A configuration that calls can be made with.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Client {
    core: lomi::Client,
    /// The `Hooks` of the client, for `lomi._calls`.
    #[pyo3(get)]
    hooks: Option<Py<PyAny>>,
}

#[pymethods]
impl Client {
    /// Checks the settings, named as in `LomiClient`.
    #[new]
    fn new(settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        guarded(|| {
            let builder = builder(settings)
                .map_err(|error| error.of_a_setting().in_language(language(settings)))?;
            let core = lomi::Client::with(builder)?;
            let hooks = hooks(settings)?;
            warn(settings.py(), &core.config().warnings)?;
            Ok(Self { core, hooks })
        })
    }

    /// Makes a call and waits for it, while other threads may use the interpreter. Returns
    /// the value in the classes of `models`, and the `LastResponse`. `observe` is called with
    /// those of its events that are `wanted`, on the calling thread.
    #[pyo3(signature = (target, path, query, body, options, models, observe=None, wanted=0))]
    #[allow(clippy::too_many_arguments)] // one Python call, its arguments by position
    fn call<'py>(
        &self,
        py: Python<'py>,
        target: &Bound<'py, PyAny>,
        path: Option<&Bound<'py, PyAny>>,
        query: Option<&Bound<'py, PyAny>>,
        body: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
        models: u8,
        observe: Option<&Bound<'py, PyAny>>,
        wanted: u8,
    ) -> PyResult<Bound<'py, PyTuple>> {
        self.guarded(|| {
            let models = ModelSet::from_number(models);
            let call =
                Arguments { target, path, query, body, options }.prepare(&self.core, models)?;
            let response = run(py, call, observer(observe, wanted))?;
            read_response(py, response, models)
        })
    }

    /// Starts a call; its result is pushed to `queue` under `token`, after those of its events
    /// that are `wanted`.
    #[pyo3(signature = (queue, token, target, path, query, body, options, models, wanted))]
    #[allow(clippy::too_many_arguments)]
    fn start<'py>(
        &self,
        queue: &ResultQueue,
        token: u64,
        target: &Bound<'py, PyAny>,
        path: Option<&Bound<'py, PyAny>>,
        query: Option<&Bound<'py, PyAny>>,
        body: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
        models: u8,
        wanted: u8,
    ) -> PyResult<CallHandle> {
        self.guarded(|| {
            let models = ModelSet::from_number(models);
            let call =
                Arguments { target, path, query, body, options }.prepare(&self.core, models)?;
            Ok(queue.start(token, call, models, Wanted(wanted))?)
        })
    }

    /// Fetches the next page of a pager, without the rows that an earlier page had; returns
    /// what `call` returns for a page. Or makes the next call of an `OutcomeSearch` or of
    /// a `Reconciliation`, which says itself which operation that is, and takes its result.
    #[pyo3(signature = (steps, operation, options, models, observe=None, wanted=0))]
    #[allow(clippy::too_many_arguments)]
    fn call_page<'py>(
        &self,
        py: Python<'py>,
        steps: Steps<'py>,
        operation: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
        models: u8,
        observe: Option<&Bound<'py, PyAny>>,
        wanted: u8,
    ) -> PyResult<Bound<'py, PyTuple>> {
        self.guarded(|| {
            let models = ModelSet::from_number(models);
            let call = steps.prepare(&self.core, operation, options, models)?;
            let result = match run(py, call, observer(observe, wanted)) {
                Ok(response) => Ok(response),
                Err(BindingError::Core(error)) => Err(error),
                Err(raised) => return Err(raised),
            };
            steps.take(py, result, models)
        })
    }

    /// Starts the next call of a pager, an `OutcomeSearch` or a `Reconciliation`; its result is
    /// pushed to `queue` under `token`.
    #[allow(clippy::too_many_arguments)]
    fn start_page<'py>(
        &self,
        queue: &ResultQueue,
        token: u64,
        steps: Steps<'py>,
        operation: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
        models: u8,
        wanted: u8,
    ) -> PyResult<CallHandle> {
        self.guarded(|| {
            let models = ModelSet::from_number(models);
            let call = steps.prepare(&self.core, operation, options, models)?;
            Ok(queue.start(token, call, models, Wanted(wanted))?)
        })
    }

    /// The base URL of the API.
    #[getter]
    fn base_url(&self) -> &str {
        &self.core.config().base_url
    }

    /// Deadline of a call in seconds.
    #[getter]
    fn timeout(&self) -> f64 {
        self.core.config().timeout.as_secs_f64()
    }

    /// How many times a safe call is repeated.
    #[getter]
    fn max_retries(&self) -> u32 {
        self.core.config().max_retries
    }

    /// The key, masked so that it can be shown.
    #[getter]
    fn masked_key(&self) -> Option<String> {
        self.core.config().api_key.as_ref().map(Secret::masked)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.hooks)
    }

    /// A client cannot change, so a copy is the client itself.
    fn __copy__(client: Py<Self>) -> Py<Self> {
        client
    }

    fn __deepcopy__(client: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        client
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a client holds an API key and cannot be pickled; make one where it is needed",
        ))
    }

    fn __repr__(&self) -> String {
        let key = self.masked_key().unwrap_or_else(|| "none".to_owned());
        format!("<lomi client api_key={key} base_url={}>", self.base_url())
    }
}

impl Client {
    /// Runs what must not panic, with errors in the language of the client.
    fn guarded<T>(&self, work: impl FnOnce() -> Result<T, BindingError>) -> PyResult<T> {
        guarded(|| work().map_err(|error| error.in_language(self.core.config().language)))
    }
}

/// The hooks among the settings, checked; None where there are none.
fn hooks(settings: &Bound<'_, PyDict>) -> Result<Option<Py<PyAny>>, BindingError> {
    let hook =
        |name| -> PyResult<_> { Ok(settings.get_item(name)?.filter(|hook| !hook.is_none())) };
    let (on_request, on_response) = (hook("on_request")?, hook("on_response")?);
    if on_request.is_none() && on_response.is_none() {
        return Ok(None);
    }
    let py = settings.py();
    let module = python_code::import(py, c"lomi._hooks")?;
    let class = python_code::attribute(&module, pyo3::intern!(py, "Hooks"))?;
    Ok(Some(python_code::call(&class, (on_request, on_response))?.unbind()))
}

fn observer(observe: Option<&Bound<'_, PyAny>>, wanted: u8) -> Option<ThreadObserver> {
    let observe = observe.filter(|_| wanted != 0)?;
    Some(ThreadObserver::new(observe.clone().unbind(), Wanted(wanted)))
}
