//! From the core's response to the value that a call returns, with the response beside it.

use lomi::{Decoded, Error, Found, Fresh, MODELS, PageFacts, Reply};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use crate::convert::to_core::{NOT_UNICODE, named, unicode};
use crate::error::{BindingError, wrong};
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::response::last_response::LastResponse;
use crate::response::page_info::PageInfo;
use crate::rows::builder::Objects;

/// The value of a response, in the classes of a model set, and its `LastResponse`. The value
/// of a list is a `PageInfo`.
pub(crate) fn read_reply<'py>(
    py: Python<'py>,
    reply: Reply,
    models: ModelSet,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    let decoded = reply.caught(|reply| reply.defer(&mut Objects::new(py, models), |_| true));
    let value = match decoded.map_err(|error| error.after(&reply))? {
        Decoded::Nothing => py.None().into_bound(py),
        Decoded::One(value) => value,
        Decoded::Rows(rows, place) => page(py, rows, place)?,
    };
    with_response(py, value, reply, models)
}

/// The same for the next page of a pager: `accept` says by position which rows are new.
pub(crate) fn read_page<'py>(
    py: Python<'py>,
    reply: Reply,
    models: ModelSet,
    accept: impl FnOnce(&Reply) -> Result<Fresh, Error>,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    let fresh = accept(&reply)?;
    let keep = |at: usize| fresh.has(at);
    let Decoded::Rows(rows, place) = reply.defer(&mut Objects::new(py, models), keep)? else {
        return Err(Error::not_a_list().into());
    };
    let value = page(py, rows, place)?;
    with_response(py, value, reply, models)
}

fn with_response<'py>(
    py: Python<'py>,
    value: Bound<'py, PyAny>,
    reply: Reply,
    models: ModelSet,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    let is_model = matches!(reply.found, Found::One(..)) && models != ModelSet::Plain;
    let response = Bound::new(py, LastResponse::new(reply))?;
    if is_model {
        value.setattr(pyo3::intern!(py, "_response"), &response)?;
    }
    Ok(PyTuple::new(py, [value, response.into_any()])?)
}

fn page<'py>(
    py: Python<'py>,
    rows: Vec<Bound<'py, PyAny>>,
    place: PageFacts,
) -> Result<Bound<'py, PyAny>, BindingError> {
    Ok(Bound::new(py, PageInfo::new(PyList::new(py, rows)?, place))?.into_any())
}

/// Reads JSON text as an object of a model, by the rules for responses.
#[pyfunction]
pub(crate) fn read<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyString>,
    model: &str,
    models: u8,
) -> PyResult<Bound<'py, PyAny>> {
    guarded(|| {
        let text = unicode(text).ok_or_else(|| wrong(format!("the JSON text {NOT_UNICODE}")))?;
        let known = MODELS.iter().copied().find(|known| known.name == model);
        let model = known.ok_or_else(|| wrong(format!("there is no model {model}")))?;
        let reply = Reply::of_text(&text, model)?;
        match reply.decode(&mut Objects::new(py, ModelSet::from_number(models)))? {
            Decoded::One(value) => Ok(value),
            _ => Err(wrong("the text is not one object")),
        }
    })
}

/// The message of `PaymentRequiredError`: a create that is answered with an unpaid invoice.
#[pyfunction]
pub(crate) fn payment_required(response: &Bound<'_, PyAny>) -> PyResult<String> {
    guarded(|| {
        let fields = named("the response", Some(response), ModelSet::Modern)?;
        let model = Box::new(lomi::FromObject::from_object(fields));
        let refused = lomi::Created::<()>::PaymentRequired(model).done();
        Ok(refused.err().map(|error| error.message.clone()).unwrap_or_default())
    })
}
