//! From the core's response to the value that a call returns, with the response beside it.

use lomi::binding::{
    Content, Decoded, Downloaded, MODELS, NewRows, messages, payment_required_error,
};
use lomi::{Error, Response};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyList, PyString, PyTuple};

use crate::convert::to_core::{named, unicode};
use crate::error::{BindingError, wrong};
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::response::last_response::LastResponse;
use crate::response::page_info::PageInfo;
use crate::rows::builder::Objects;

/// The value of a response, in the classes of a model set, and its `LastResponse`. The value
/// of a list is a `PageInfo`, that of a download its bytes or the size of its file.
pub(crate) fn read_response<'py>(
    py: Python<'py>,
    response: Response,
    models: ModelSet,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    let downloaded = response.downloaded().map(|downloaded| match downloaded {
        Downloaded::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Downloaded::Saved(size) => PyInt::new(py, size).into_any(),
    });
    if let Some(value) = downloaded {
        return with_response(py, value, response, models);
    }
    let decoded = response
        .catch_panic(|response| response.lazy_rows(&mut Objects::new(py, models), |_| true));
    let value = match decoded.map_err(|error| error.after(&response))? {
        Decoded::Nothing => py.None().into_bound(py),
        Decoded::One(value) => value,
        Decoded::Rows(rows, place) => page(py, rows, place)?,
    };
    with_response(py, value, response, models)
}

/// The same for the next page of a pager: `accept` says by position which rows are new.
pub(crate) fn read_page<'py>(
    py: Python<'py>,
    response: Response,
    models: ModelSet,
    accept: impl FnOnce(&Response) -> Result<NewRows, Error>,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    let fresh = accept(&response)?;
    let keep = |at: usize| fresh.has(at);
    let Decoded::Rows(rows, place) = response.lazy_rows(&mut Objects::new(py, models), keep)?
    else {
        return Err(Error::not_a_list().into());
    };
    let value = page(py, rows, place)?;
    with_response(py, value, response, models)
}

fn with_response<'py>(
    py: Python<'py>,
    value: Bound<'py, PyAny>,
    response: Response,
    models: ModelSet,
) -> Result<Bound<'py, PyTuple>, BindingError> {
    let is_model = matches!(response.content, Content::One(..)) && models != ModelSet::Plain;
    let response = Bound::new(py, LastResponse::new(response))?;
    if is_model {
        value.setattr(pyo3::intern!(py, "_response"), &response)?;
    }
    Ok(PyTuple::new(py, [value, response.into_any()])?)
}

fn page<'py>(
    py: Python<'py>,
    rows: Vec<Bound<'py, PyAny>>,
    place: lomi::PageInfo,
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
        let text =
            unicode(text).ok_or_else(|| wrong(messages::not_unicode(messages::the_text())))?;
        let known = MODELS.iter().copied().find(|known| known.name == model);
        let model = known.ok_or_else(|| wrong(messages::no_model(model)))?;
        let response = Response::from_json(&text, model)?;
        match response.decode(&mut Objects::new(py, ModelSet::from_number(models)))? {
            Decoded::One(value) => Ok(value),
            _ => Err(wrong(messages::not_one_object())),
        }
    })
}

/// The message of `PaymentRequiredError`: a create that is answered with an unpaid invoice.
#[pyfunction]
pub(crate) fn payment_required(response: &Bound<'_, PyAny>) -> PyResult<String> {
    guarded(|| {
        let fields = named(messages::the_response(), Some(response), ModelSet::Modern)?;
        Ok(payment_required_error(&fields.into()).message().to_owned())
    })
}

/// Raises the error of a confirmation without a call that asks for one.
#[pyfunction]
pub(crate) fn nothing_to_confirm() -> PyResult<()> {
    guarded(|| Err(BindingError::from(lomi::binding::nothing_to_confirm())))
}
