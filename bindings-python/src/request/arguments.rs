//! The arguments of one call: the operation, its input and its options.

use lomi::binding::{Call, Download, Target, messages};
use lomi::binding::{table::Returns, table::operation};
use lomi::{CallOptions, Error, Input, Secret};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::convert::strings::{bytes, path, text};
use crate::convert::to_core;
use crate::error::{BindingError, wrong};
use crate::exception::import_raise;
use crate::model_set::ModelSet;
use crate::python_code;
use crate::request::options::options;
use crate::response::last_response::LastResponse;
use crate::rows::classes::class_of;

/// The arguments of a call as Python gives them.
pub(crate) struct Arguments<'a, 'py> {
    /// The operation's documented name, (method, path) of any other endpoint, (url, to, max_bytes) of
    /// a download, or the response of a call that this one confirms.
    pub(crate) target: &'a Bound<'py, PyAny>,
    pub(crate) path: Option<&'a Bound<'py, PyAny>>,
    pub(crate) query: Option<&'a Bound<'py, PyAny>>,
    pub(crate) body: Option<&'a Bound<'py, PyAny>>,
    pub(crate) options: Option<&'a Bound<'py, PyDict>>,
}

impl Arguments<'_, '_> {
    /// Checks everything; nothing is sent yet.
    pub(crate) fn prepare(
        &self,
        client: &lomi::Client,
        models: ModelSet,
    ) -> Result<Box<Call>, BindingError> {
        if let Ok(first) = self.target.cast::<LastResponse>() {
            let (target, input, options) = first.get().response().confirmation()?;
            import_for_response(self.target.py(), &target, models)?;
            return Ok(client.prepare(target, input, options)?);
        }
        // The error for a wrong argument names the operation.
        let named = |error| match error {
            BindingError::Core(error) => {
                let name = self.target.cast::<PyString>().ok().map(ToString::to_string);
                BindingError::Core(error.of_operation(name.as_deref()))
            }
            python => python,
        };
        let input = Input {
            path: to_core::named(messages::the_path(), self.path, models).map_err(named)?,
            query: to_core::named(messages::the_query(), self.query, models).map_err(named)?,
            body: self
                .body
                .map(|body| to_core::any(messages::the_body(), body, models))
                .transpose()
                .map_err(named)?,
        };
        prepare(client, self.target, input, self.options, models)
    }
}

/// Checks a call whose input is converted already.
pub(crate) fn prepare(
    client: &lomi::Client,
    given: &Bound<'_, PyAny>,
    input: Input,
    given_options: Option<&Bound<'_, PyDict>>,
    models: ModelSet,
) -> Result<Box<Call>, BindingError> {
    let call = (target(given)?, input, options(given_options)?);
    prepare_target(given.py(), client, call, models)
}

/// Checks a call that is the core's own, or is converted already.
pub(crate) fn prepare_target(
    py: Python<'_>,
    client: &lomi::Client,
    (target, input, options): (Target, Input, CallOptions),
    models: ModelSet,
) -> Result<Box<Call>, BindingError> {
    import_for_response(py, &target, models)?;
    let call = client.prepare(target, input, options)?;
    warn(py, call.warnings())?;
    Ok(call)
}

/// Hands warnings to Python's logging.
pub(crate) fn warn(py: Python<'_>, sentences: &[String]) -> Result<(), BindingError> {
    if !sentences.is_empty() {
        let module = python_code::import(py, c"lomi._log")?;
        let warn = python_code::attribute(&module, pyo3::intern!(py, "warn"))?;
        python_code::call(&warn, (sentences,))?;
    }
    Ok(())
}

/// Imports what reading the response needs, before anything is sent.
fn import_for_response(
    py: Python<'_>,
    target: &Target,
    models: ModelSet,
) -> Result<(), BindingError> {
    if let Target::Operation(operation) = target
        && let Returns::One(model) | Returns::Page(model) = operation.returns
    {
        class_of(py, models, model)?;
    }
    import_raise(py)?;
    Ok(())
}

type Optional<'py> = Option<Bound<'py, PyAny>>;

fn target(given: &Bound<'_, PyAny>) -> Result<Target, BindingError> {
    if let Ok(name) = given.cast::<PyString>() {
        let name = name.to_cow()?;
        let known = operation(&name)
            .ok_or_else(|| Error::internal(format!("there is no operation {name}")))?;
        return Ok(Target::Operation(known));
    }
    if given.is_none() {
        return Ok(Target::Connection);
    }
    let given = given.cast::<PyTuple>().map_err(PyErr::from)?;
    if let Ok((url, to, most)) = given.extract::<(Bound<'_, PyAny>, Optional<'_>, Optional<'_>)>() {
        return Ok(Target::Download(Download {
            url: Secret::new(text(messages::the_link(), &url)?),
            to: to.map(|to| path("to", &to)).transpose()?,
            max_bytes: most.map(|most| bytes("max_bytes", &most)).transpose()?,
        }));
    }
    let (method, path): (String, String) =
        given.extract().map_err(|_| wrong(messages::method_and_path_not_strings()))?;
    let method = http::Method::from_bytes(method.as_bytes())
        .map_err(|_| wrong(messages::no_method(method)))?;
    Ok(Target::Raw { method, path })
}
