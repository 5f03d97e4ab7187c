//! A walk through a list, page by page. The rules are the core's; this keeps its place
//! and makes the rows.

use std::sync::Mutex;

use lomi::Reply;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::call::prepare;
use crate::client::{Client, run};
use crate::fault::{Fault, guarded};
use crate::inbox::{Flight, Inbox};
use crate::input;
use crate::reply::{LastResponse, read_page};
use crate::shapes::Family;

/// Where a walk through a list stands. After an error the same page is asked for again.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Pager {
    place: Mutex<lomi::Pager>,
}

#[pymethods]
impl Pager {
    /// Starts where the query starts.
    #[new]
    fn new(query: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        guarded(|| {
            let input = lomi::Input::query(input::named("the query", query, Family::Modern)?);
            Ok(Self { place: Mutex::new(lomi::Pager::new(input)) })
        })
    }

    /// A walk that goes on after a page that was fetched without one.
    #[staticmethod]
    fn after(query: Option<&Bound<'_, PyAny>>, page: &LastResponse) -> PyResult<Self> {
        guarded(|| {
            let mut place = lomi::Pager::new(lomi::Input::query(input::named(
                "the query",
                query,
                Family::Modern,
            )?));
            place.accept(page.reply())?;
            Ok(Self { place: Mutex::new(place) })
        })
    }

    /// A second walk from where this one stands.
    fn copy(&self) -> PyResult<Self> {
        guarded(|| Ok(Self { place: Mutex::new(self.place.lock().map_err(|_| locked())?.clone()) }))
    }

    /// Whether there is nothing more to ask for.
    #[getter]
    fn ended(&self) -> bool {
        self.place.lock().map_or(true, |place| place.next().is_none())
    }

    /// The next page, rows seen before left out: as `Client.call` gives a page.
    fn call<'py>(
        &self,
        py: Python<'py>,
        client: &Client,
        target: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
        family: u8,
    ) -> PyResult<Bound<'py, PyTuple>> {
        guarded(|| {
            let family = Family::from_number(family);
            let exchange = self.prepare(client, target, options, family)?;
            let reply = run(py, exchange)?;
            self.accept(py, reply, family)
        })
    }

    /// Starts the call for the next page; its result comes to `inbox` under `token`.
    fn start<'py>(
        &self,
        client: &Client,
        inbox: &Inbox,
        token: u64,
        target: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
        family: u8,
    ) -> PyResult<Flight> {
        guarded(|| {
            let family = Family::from_number(family);
            let exchange = self.prepare(client, target, options, family)?;
            Ok(inbox.launch(token, exchange, family)?)
        })
    }
}

impl Pager {
    fn prepare(
        &self,
        client: &Client,
        target: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
        family: Family,
    ) -> Result<lomi::Exchange, Fault> {
        let next = self.place.lock().map_err(|_| locked())?.next().cloned();
        let ended = || lomi::Error::internal("the list is at its end already");
        prepare(&client.core, target, next.ok_or_else(ended)?, options, family)
    }

    /// Takes a page in and makes its new rows.
    pub(crate) fn accept<'py>(
        &self,
        py: Python<'py>,
        reply: Reply,
        family: Family,
    ) -> Result<Bound<'py, PyTuple>, Fault> {
        read_page(py, reply, family, |reply| self.place.lock().map_err(|_| locked())?.accept(reply))
    }
}

fn locked() -> lomi::Error {
    lomi::Error::internal("the place in the list is locked")
}
