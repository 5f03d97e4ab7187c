//! The position in a list that is fetched page by page. The rules are the core's.

use std::sync::Mutex;

use lomi::binding::{Call, messages};
use lomi::{Error, Input, Response};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::convert::to_core;
use crate::error::BindingError;
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::request::arguments::prepare;
use crate::response::last_response::LastResponse;
use crate::response::read::read_page;

/// The position in a list. After an error the same page is fetched again.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Pager {
    position: Mutex<lomi::binding::Pager>,
}

#[pymethods]
impl Pager {
    /// The position that a query asks for.
    #[new]
    fn new(query: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        guarded(|| Ok(Self { position: Mutex::new(first(None, query)?) }))
    }

    /// The position after a page that was fetched without a pager.
    #[staticmethod]
    fn after(
        path: Option<&Bound<'_, PyAny>>,
        query: Option<&Bound<'_, PyAny>>,
        page: &LastResponse,
    ) -> PyResult<Self> {
        guarded(|| {
            let mut position = first(path, query)?;
            position.accept(page.response())?;
            Ok(Self { position: Mutex::new(position) })
        })
    }

    /// A second pager at the same position.
    fn copy(&self) -> PyResult<Self> {
        guarded(|| {
            let position = self.position.lock().map_err(|_| poisoned())?.clone();
            Ok(Self { position: Mutex::new(position) })
        })
    }

    /// Whether the list has no more pages.
    #[getter]
    fn ended(&self) -> bool {
        self.position.lock().map_or(true, |position| position.next().is_none())
    }
}

impl Pager {
    /// Checks the call for the next page; nothing is sent yet.
    pub(crate) fn prepare(
        &self,
        client: &lomi::Client,
        operation: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
        models: ModelSet,
    ) -> Result<Box<Call>, BindingError> {
        let next = self.position.lock().map_err(|_| poisoned())?.next().cloned();
        let ended = || Error::internal("the list has already ended");
        prepare(client, operation, next.ok_or_else(ended)?, options, models)
    }

    /// Moves past a page, and makes those of its rows that no earlier page had.
    pub(crate) fn accept<'py>(
        &self,
        py: Python<'py>,
        response: Response,
        models: ModelSet,
    ) -> Result<Bound<'py, PyTuple>, BindingError> {
        read_page(py, response, models, |response| {
            self.position.lock().map_err(|_| poisoned())?.accept(response)
        })
    }
}

fn first(
    path: Option<&Bound<'_, PyAny>>,
    query: Option<&Bound<'_, PyAny>>,
) -> Result<lomi::binding::Pager, BindingError> {
    let path = to_core::named(messages::the_path(), path, ModelSet::Modern)?;
    let query = to_core::named(messages::the_query(), query, ModelSet::Modern)?;
    Ok(lomi::binding::Pager::new(Input { path, query, body: None }))
}

fn poisoned() -> Error {
    Error::internal("the position in the list cannot be read after a panic")
}
