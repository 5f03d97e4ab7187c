//! What one call is made of, taken over from Python: which operation, its input and
//! its options.

use std::time::Duration;

use lomi::schema::{Answer, operation};
use lomi::{CallOptions, Error, ErrorKind, Exchange, Input, Secret, Target, names, seconds};
use pyo3::conversion::FromPyObjectOwned;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::fault::{Fault, wrong};
use crate::input;
use crate::shapes::{Family, shape};

/// The arguments of a call as Python gives them.
pub(crate) struct Given<'a, 'py> {
    /// The operation's documented name, or (method, path) of any other endpoint.
    pub(crate) target: &'a Bound<'py, PyAny>,
    pub(crate) path: Option<&'a Bound<'py, PyAny>>,
    pub(crate) query: Option<&'a Bound<'py, PyAny>>,
    pub(crate) body: Option<&'a Bound<'py, PyAny>>,
    pub(crate) options: Option<&'a Bound<'py, PyDict>>,
}

impl Given<'_, '_> {
    /// Checks everything; nothing is sent yet.
    pub(crate) fn prepare(&self, client: &lomi::Client, family: Family) -> Result<Exchange, Fault> {
        let name = self.target.cast::<PyString>().ok().map(ToString::to_string);
        // What is wrong with an argument says for which operation it was meant.
        let named = |fault| match fault {
            Fault::Core(mut error) => {
                error.operation = error.operation.take().or_else(|| name.clone());
                Fault::Core(error)
            }
            python => python,
        };
        let input = Input {
            path: input::named("the path", self.path, family).map_err(named)?,
            query: input::named("the query", self.query, family).map_err(named)?,
            body: self
                .body
                .map(|body| input::any("the body", body, family))
                .transpose()
                .map_err(named)?,
        };
        prepare(client, self.target, input, self.options, family)
    }
}

/// Checks a call whose input is known already.
pub(crate) fn prepare(
    client: &lomi::Client,
    given: &Bound<'_, PyAny>,
    input: Input,
    given_options: Option<&Bound<'_, PyDict>>,
    family: Family,
) -> Result<Exchange, Fault> {
    let target = target(given)?;
    warm(given.py(), &target, family)?;
    let exchange = client.prepare(target, input, options(given_options)?)?;
    warn(given.py(), exchange.warnings())?;
    Ok(exchange)
}

/// Hands sentences to Python's logging.
pub(crate) fn warn(py: Python<'_>, sentences: &[String]) -> Result<(), Fault> {
    if !sentences.is_empty() {
        py.import("lomi._log")?.getattr("warn")?.call1((sentences,))?;
    }
    Ok(())
}

/// Imports what reading the answer needs. Once a call has waited, no Python code should run
/// below ours: a daemon thread that loses the interpreter to its shutdown there is unwound
/// by force, which compiled code does not survive.
fn warm(py: Python<'_>, target: &Target, family: Family) -> Result<(), Fault> {
    if let Target::Operation(operation) = target
        && let Answer::One(model) | Answer::Page(model) = operation.answer
    {
        shape(py, family, model)?;
    }
    ERRORS.get_or_try_init(py, || py.import("lomi.errors").map(Bound::unbind))?;
    Ok(())
}

static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

fn target(given: &Bound<'_, PyAny>) -> Result<Target, Fault> {
    if let Ok(name) = given.cast::<PyString>() {
        let name = name.to_cow()?;
        let known = operation(&name)
            .ok_or_else(|| Error::internal(format!("there is no operation {name}")))?;
        return Ok(Target::Operation(known));
    }
    let (method, path): (String, String) = given
        .cast::<PyTuple>()
        .map_err(PyErr::from)?
        .extract()
        .map_err(|_| wrong("the method and the path have to be text"))?;
    let method = http::Method::from_bytes(method.as_bytes())
        .map_err(|_| wrong(format!("{method:?} is no HTTP method")))?;
    Ok(Target::Raw { method, path })
}

/// The options of one call; what is None or left out follows the client.
fn options(given: Option<&Bound<'_, PyDict>>) -> Result<CallOptions, Fault> {
    let mut options = CallOptions::default();
    let Some(given) = given else { return Ok(options) };
    for (name, value) in given.iter() {
        if value.is_none() {
            continue;
        }
        let name = text("the name of an option", &name)?;
        match name.as_str() {
            "timeout" => {
                let times = times(&name, &value)?;
                options.timeout = times.whole.or(options.timeout);
                options.connect_timeout = options.connect_timeout.or(times.connect);
            }
            "connect_timeout" => options.connect_timeout = Some(time(&name, &value)?),
            "attempt_timeout" => options.attempt_timeout = Some(time(&name, &value)?),
            "idle_timeout" => options.idle_timeout = Some(time(&name, &value)?),
            "extra_body" => {
                options.extra_body = input::named("extra_body", Some(&value), Family::Modern)?
            }
            "max_retries" => options.max_retries = Some(count(&name, &value)?),
            "idempotency_key" => options.idempotency_key = Some(text(&name, &value)?),
            "request_id" => options.request_id = Some(text(&name, &value)?),
            "api_key" => options.api_key = Some(Secret::new(text(&name, &value)?)),
            "account" => options.account = Some(text(&name, &value)?),
            "headers" => options.headers = headers(&value)?,
            "default_headers" => options.default_headers = headers(&value)?,
            "any_status" => options.any_status = value.is_truthy()?,
            other => {
                let hint = names::hint(other, names::OPTIONS.iter().copied());
                return Err(wrong(format!("there is no option {other:?}{hint}")));
            }
        }
    }
    Ok(options)
}

/// What a timeout stands for: one time for the whole call, and one for connecting where the
/// caller gives both.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) whole: Option<Duration>,
    pub(crate) connect: Option<Duration>,
}

/// A timeout in any of the forms that Python's HTTP libraries take.
pub(crate) fn times(name: &str, value: &Bound<'_, PyAny>) -> Result<Times, Fault> {
    if let Some(number) = plain_number(value) {
        return Ok(Times { whole: Some(seconds(name, number)?), connect: None });
    }
    let (whole, connect): (Option<f64>, Option<f64>) =
        other_form("parts", name, value)?.extract()?;
    Ok(Times {
        whole: whole.map(|number| seconds(name, number)).transpose()?,
        connect: connect.map(|number| seconds(name, number)).transpose()?,
    })
}

/// A number of seconds, or a timedelta.
pub(crate) fn time(name: &str, value: &Bound<'_, PyAny>) -> Result<Duration, Fault> {
    if let Some(number) = plain_number(value) {
        return Ok(seconds(name, number)?);
    }
    Ok(seconds(name, other_form("one", name, value)?.extract()?)?)
}

/// Lets `lomi._convert.timeouts` read a time that is no plain number.
fn other_form<'py>(
    reader: &str,
    name: &str,
    value: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Fault> {
    let py = value.py();
    let read = py.import("lomi._convert.timeouts")?.getattr(reader)?.call1((name, value));
    read.map_err(|error| match error.is_instance_of::<PyValueError>(py) {
        true => wrong(error.value(py).to_string()),
        false => error.into(),
    })
}

/// A float or an int, which may be larger than any float.
fn plain_number(value: &Bound<'_, PyAny>) -> Option<f64> {
    if value.is_instance_of::<PyBool>() {
        return None;
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return Some(number.value());
    }
    value.cast::<PyInt>().ok()?;
    match value.extract() {
        Ok(number) => Some(number),
        Err(_) if value.lt(0).unwrap_or(false) => Some(f64::NEG_INFINITY),
        Err(_) => Some(f64::INFINITY),
    }
}

/// A number of times.
pub(crate) fn count(name: &str, value: &Bound<'_, PyAny>) -> Result<u32, Fault> {
    value.extract().map_err(|_| wrong(format!("{name} must be a whole number from 0")))
}

/// A text, or something that stands for one: a UUID, a word of an enum, a lazy string.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> Result<String, Fault> {
    let plain = match value.cast::<PyString>() {
        Ok(text) => return unicode(name, text),
        Err(_) => input::plain(value, true)?,
    };
    match plain.cast::<PyString>() {
        Ok(text) => unicode(name, text),
        Err(_) => Err(wrong(format!("{name} must be text, not {}", input::shown(value)))),
    }
}

fn unicode(name: &str, text: &Bound<'_, PyString>) -> Result<String, Fault> {
    input::unicode(text).ok_or_else(|| wrong(format!("{name} {}", input::NOT_UNICODE)))
}

/// One path, or a list of them.
pub(crate) fn path<'py, T: FromPyObjectOwned<'py>>(
    name: &str,
    value: &Bound<'py, PyAny>,
) -> Result<T, Fault> {
    value.extract().map_err(|_| {
        let paths = value.cast::<PyList>().ok();
        let one = paths.and_then(|paths| paths.get_item(0).ok());
        let one = one.as_ref().unwrap_or(value);
        match one.is_instance_of::<PyString>() {
            true => wrong(format!("{name} {}", input::NOT_UNICODE)),
            false => wrong(format!("{name} must be a path, not {}", input::shown(one))),
        }
    })
}

/// Headers as a dictionary or as pairs.
pub(crate) fn headers(given: &Bound<'_, PyAny>) -> Result<Vec<(String, String)>, Fault> {
    let refused = || {
        let given = input::shown(given);
        wrong(format!("headers have to be a dictionary of names and values, not {given}"))
    };
    let pairs = match given.cast::<PyDict>() {
        Ok(given) => given.items().into_any(),
        Err(_) if given.hasattr("items")? => given.call_method0("items")?,
        Err(_) if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() => {
            given.clone()
        }
        Err(_) => return Err(refused()),
    };
    let mut headers = Vec::new();
    for pair in pairs.try_iter().map_err(|_| refused())? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            pair?.extract().map_err(|_| refused())?;
        let name = text("the name of a header", &name)?;
        if value.is_none() {
            continue;
        }
        let number = value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
        let value = if number { value.str()?.into_any() } else { value };
        let value = text(&format!("the header {name}"), &value)?;
        headers.push((name, value));
    }
    Ok(headers)
}

/// A setting that is wrong from the start, told as the core tells them.
pub(crate) fn misconfigured(fault: Fault) -> Fault {
    match fault {
        Fault::Core(mut error) if error.kind == ErrorKind::Validation => {
            error.kind = ErrorKind::Configuration;
            Fault::Core(error)
        }
        other => other,
    }
}
