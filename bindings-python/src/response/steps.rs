//! What makes one call after another: the pages of a list, the search for an outcome,
//! a run of `reconcile`.

use lomi::binding::Call;
use lomi::{Error, Response};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::error::BindingError;
use crate::model_set::ModelSet;
use crate::response::outcome_search::OutcomeSearch;
use crate::response::pager::Pager;
use crate::response::reconciliation::Reconciliation;

/// What tells the next call and takes its result.
#[derive(FromPyObject)]
pub(crate) enum Steps<'py> {
    Pager(Bound<'py, Pager>),
    Search(Bound<'py, OutcomeSearch>),
    Run(Bound<'py, Reconciliation>),
}

impl<'py> Steps<'py> {
    /// Checks the next call; nothing is sent yet.
    pub(crate) fn prepare(
        &self,
        client: &lomi::Client,
        operation: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
        models: ModelSet,
    ) -> Result<Box<Call>, BindingError> {
        match self {
            Self::Pager(pager) => pager.get().prepare(client, operation, options, models),
            Self::Search(search) => search.get().prepare(search.py(), client),
            Self::Run(run) => run.get().prepare(run.py(), client),
        }
    }

    /// Takes the result of the call. Returns the new rows of a page; nothing for others.
    pub(crate) fn take(
        &self,
        py: Python<'py>,
        result: Result<Response, Error>,
        models: ModelSet,
    ) -> Result<Bound<'py, PyTuple>, BindingError> {
        match self {
            Self::Pager(pager) => pager.get().accept(py, result?, models),
            Self::Search(search) => {
                search.get().take(result)?;
                Ok(PyTuple::empty(py))
            }
            Self::Run(run) => {
                run.get().take(result)?;
                Ok(PyTuple::empty(py))
            }
        }
    }
}
