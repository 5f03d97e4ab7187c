//! The native client: a configuration, and the two ways to make a call with it. It holds
//! no connection, so it may be shared between threads and carried across a fork.

use lomi::process;
use lomi::{ConfigBuilder, Exchange, Progress, Reply, Secret};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::call::{Given, count, headers, misconfigured, path, text, time, times, warn};
use crate::fault::{Fault, guarded, raise};
use crate::inbox::{Flight, Inbox};
use crate::reply::read_reply;
use crate::shapes::Family;

/// A configuration that calls can be made with.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Client {
    pub(crate) core: lomi::Client,
}

#[pymethods]
impl Client {
    /// Checks the settings, named as in `LomiClient`.
    #[new]
    fn new(settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        guarded(|| {
            let builder = builder(settings).map_err(misconfigured)?;
            let core = lomi::Client::with(builder)?;
            warn(settings.py(), &core.config().warnings)?;
            Ok(Self { core })
        })
    }

    /// Makes a call and waits for it, the interpreter free for other threads. Gives the
    /// value in the classes of `family`, and the facts of the request.
    #[pyo3(signature = (target, path, query, body, options, family))]
    #[allow(clippy::too_many_arguments)] // one Python call, its arguments by position
    fn call<'py>(
        &self,
        py: Python<'py>,
        target: &Bound<'py, PyAny>,
        path: Option<&Bound<'py, PyAny>>,
        query: Option<&Bound<'py, PyAny>>,
        body: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
        family: u8,
    ) -> PyResult<Bound<'py, PyTuple>> {
        guarded(|| {
            let family = Family::from_number(family);
            let exchange =
                Given { target, path, query, body, options }.prepare(&self.core, family)?;
            let reply = run(py, exchange)?;
            read_reply(py, reply, family)
        })
    }

    /// Starts a call; its result comes to `inbox` under `token`.
    #[pyo3(signature = (inbox, token, target, path, query, body, options, family))]
    #[allow(clippy::too_many_arguments)]
    fn start<'py>(
        &self,
        inbox: &Inbox,
        token: u64,
        target: &Bound<'py, PyAny>,
        path: Option<&Bound<'py, PyAny>>,
        query: Option<&Bound<'py, PyAny>>,
        body: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
        family: u8,
    ) -> PyResult<Flight> {
        guarded(|| {
            let family = Family::from_number(family);
            let exchange =
                Given { target, path, query, body, options }.prepare(&self.core, family)?;
            Ok(inbox.launch(token, exchange, family)?)
        })
    }

    /// Where the API is.
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

    /// What may be shown of the key.
    #[getter]
    fn masked_key(&self) -> Option<String> {
        self.core.config().api_key.as_ref().map(Secret::masked)
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

/// Waits for a call without holding the interpreter. A signal handler that raises ends
/// the wait, and the call with it; its exception then carries a `lomi.CancelledError` as
/// `__cause__`, which names the idempotency key.
///
/// Handlers run on the main thread only. Other threads do not touch the interpreter until
/// the answer is there: it may be gone by then, and only a thread that comes back to where
/// it left is turned away safely.
pub(crate) fn run(py: Python<'_>, mut exchange: Exchange) -> Result<Reply, Fault> {
    if !is_main_thread() {
        return py.detach(|| process::run(exchange, || Ok(())));
    }
    let progress = exchange.progress();
    let reply = py.detach(|| {
        process::run(exchange, || Python::attach(|py| py.check_signals()).map_err(Fault::Python))
    });
    // A signal that came with the response would otherwise be raised where nobody knows
    // the call any more.
    match reply.and_then(|reply| py.check_signals().map(|()| reply).map_err(Fault::Python)) {
        Err(Fault::Python(raised)) => Err(gave_up(py, raised, &progress).into()),
        result => result,
    }
}

/// Adds what is known of the call to an exception that ended the wait for it.
fn gave_up(py: Python<'_>, raised: PyErr, progress: &Progress) -> PyErr {
    let error = progress.cancelled();
    let cancelled = raise(py, &error).into_value(py);
    let attached = py.import("lomi._cancelled").and_then(|module| {
        module
            .call_method1("attach", (raised.value(py), cancelled, error.is_outcome_unknown()))
            .map(drop)
    });
    match attached {
        Ok(()) => raised,
        Err(broken) => broken,
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_main_thread() -> bool {
    // SAFETY: plain system calls that cannot fail.
    unsafe { libc::gettid() == libc::getpid() }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_main_thread() -> bool {
    // SAFETY: a plain call that cannot fail.
    unsafe { libc::pthread_main_np() == 1 }
}

fn builder(settings: &Bound<'_, PyDict>) -> Result<ConfigBuilder, Fault> {
    let mut builder = ConfigBuilder {
        user_agent: Some(format!("lomi-python/{}", lomi::VERSION)),
        own_log: true, // lomi._log hands the history to Python's logging
        ..ConfigBuilder::default()
    };
    for (name, value) in settings.iter() {
        if value.is_none() {
            continue;
        }
        let name = text("the name of a setting", &name)?;
        match name.as_str() {
            "api_key" => builder.api_key = Some(Secret::new(text(&name, &value)?)),
            "key_optional" => builder.key_optional = value.is_truthy()?,
            "api_key_prefix" => builder.api_key_prefix = Some(text(&name, &value)?),
            "environment" => builder.environment = Some(text(&name, &value)?),
            "base_url" => builder.base_url = Some(text(&name, &value)?),
            "routes" => builder.routes = text(&name, &value)?.parse()?,
            "timeout" => {
                let times = times(&name, &value)?;
                builder.timeout = times.whole;
                builder.connect_timeout = builder.connect_timeout.or(times.connect);
            }
            "documented" => builder.documented = value.is_truthy()?,
            "attempt_timeout" => builder.attempt_timeout = Some(time(&name, &value)?),
            "connect_timeout" => builder.connect_timeout = Some(time(&name, &value)?),
            "idle_timeout" => builder.idle_timeout = Some(time(&name, &value)?),
            "max_retries" => builder.max_retries = Some(count(&name, &value)?),
            "max_connections" => builder.max_connections = Some(count(&name, &value)?),
            "allow_http" => builder.allow_http = value.is_truthy()?,
            "headers" => builder.headers = headers(&value)?,
            "user_agent" => builder.user_agent = Some(text(&name, &value)?),
            "ca_files" => builder.ca_files = path("ca_file", &value)?,
            "certificate_file" => builder.certificate_file = Some(path(&name, &value)?),
            "key_file" => builder.key_file = Some(path(&name, &value)?),
            "tls_server_name" => builder.tls_server_name = Some(text(&name, &value)?),
            "proxy" => builder.proxy = Some(Secret::new(text(&name, &value)?)),
            "proxy_headers" => builder.proxy_headers = headers(&value)?,
            other => {
                return Err(crate::fault::wrong(format!("there is no setting {other:?}")));
            }
        }
    }
    Ok(builder)
}
