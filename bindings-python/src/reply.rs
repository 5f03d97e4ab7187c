//! A successful answer in Python: its value, and the facts of the request beside it.

use lomi::{Decoded, Error, Found, Fresh, MODELS, PageFacts, Reply};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::fault::{Fault, guarded, history, wrong};
use crate::input::{NOT_UNICODE, named, unicode};
use crate::shapes::Family;
use crate::sink::Objects;

/// What is known about the request behind an object.
#[pyclass(frozen, module = "lomi")]
pub(crate) struct LastResponse {
    /// HTTP status.
    #[pyo3(get)]
    status: u16,
    /// The id of the request: the server's, else ours.
    #[pyo3(get)]
    request_id: String,
    /// The idempotency key that every attempt carried.
    #[pyo3(get)]
    idempotency_key: Option<String>,
    /// How many requests were sent or tried.
    #[pyo3(get)]
    attempts: u32,
    /// What the caller should know about the response.
    #[pyo3(get)]
    warning: Option<String>,
    reply: Reply,
}

impl LastResponse {
    /// The answer itself.
    pub(crate) fn reply(&self) -> &Reply {
        &self.reply
    }
}

#[pymethods]
impl LastResponse {
    /// The headers as they came, names in lower case; a mapping that ignores case.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pairs = PyList::empty(py);
        for (name, value) in &self.reply.headers {
            pairs.append((name.as_str(), String::from_utf8_lossy(value.as_bytes())))?;
        }
        py.import("lomi._headers")?.getattr("Headers")?.call1((pairs,))
    }

    /// Whether the server repeated an earlier response under the same idempotency key; None
    /// where it does not say.
    #[getter]
    fn replayed(&self) -> Option<bool> {
        self.reply.replayed()
    }

    /// What each request of the call came to.
    #[getter]
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        history(py, &self.reply.history)
    }

    /// The body as it came.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.reply.body)
    }

    fn __repr__(&self) -> String {
        format!(
            "<LastResponse status={} request_id={:?} attempts={}>",
            self.status, self.request_id, self.attempts
        )
    }
}

/// The value of an answer in the classes of a family, and its facts. A page is a tuple
/// (rows, total, limit, offset, page, total_pages, has_more, next_cursor).
pub(crate) fn read_reply<'py>(
    py: Python<'py>,
    reply: Reply,
    family: Family,
) -> Result<Bound<'py, PyTuple>, Fault> {
    let decoded = reply.caught(|reply| reply.defer(&mut Objects::new(py, family), |_| true));
    let value = match decoded.map_err(|fault| fault.after(&reply))? {
        Decoded::Nothing => py.None().into_bound(py),
        Decoded::One(value) => value,
        Decoded::Rows(rows, facts) => page(py, rows, facts)?.into_any(),
    };
    with_facts(py, value, reply, family)
}

/// The same for a page of a walk: `accept` says by position which of its rows are new.
pub(crate) fn read_page<'py>(
    py: Python<'py>,
    reply: Reply,
    family: Family,
    accept: impl FnOnce(&Reply) -> Result<Fresh, Error>,
) -> Result<Bound<'py, PyTuple>, Fault> {
    let fresh = accept(&reply)?;
    let keep = |at: usize| fresh.has(at);
    let Decoded::Rows(rows, facts) = reply.defer(&mut Objects::new(py, family), keep)? else {
        return Err(Error::not_a_list().into());
    };
    let value = page(py, rows, facts)?.into_any();
    with_facts(py, value, reply, family)
}

fn with_facts<'py>(
    py: Python<'py>,
    value: Bound<'py, PyAny>,
    mut reply: Reply,
    family: Family,
) -> Result<Bound<'py, PyTuple>, Fault> {
    let model = matches!(reply.found, Found::One(..)) && family != Family::Plain;
    let facts = Bound::new(
        py,
        LastResponse {
            status: reply.status,
            request_id: std::mem::take(&mut reply.request_id),
            idempotency_key: reply.idempotency_key.take(),
            attempts: reply.attempts,
            warning: reply.warning(),
            reply,
        },
    )?;
    if model {
        value.setattr(pyo3::intern!(py, "_response"), &facts)?;
    }
    Ok(PyTuple::new(py, [value, facts.into_any()])?)
}

fn page<'py>(
    py: Python<'py>,
    rows: Vec<Bound<'py, PyAny>>,
    facts: PageFacts,
) -> Result<Bound<'py, PyTuple>, Fault> {
    let rows = PyList::new(py, rows)?;
    let page = (
        rows,
        facts.total,
        facts.limit,
        facts.offset,
        facts.page,
        facts.total_pages,
        facts.has_more,
        facts.next_cursor,
    );
    Ok(page.into_pyobject(py)?)
}

/// Reads JSON text as an object of a model, by the rules for answers.
#[pyfunction]
pub(crate) fn read<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyString>,
    model: &str,
    family: u8,
) -> PyResult<Bound<'py, PyAny>> {
    guarded(|| {
        let text = unicode(text).ok_or_else(|| wrong(format!("the JSON text {NOT_UNICODE}")))?;
        let known = MODELS.iter().copied().find(|known| known.name == model);
        let model = known.ok_or_else(|| wrong(format!("there is no model {model}")))?;
        let reply = Reply::of_text(&text, model)?;
        match reply.decode(&mut Objects::new(py, Family::from_number(family)))? {
            Decoded::One(value) => Ok(value),
            _ => Err(wrong("the text is not one object")),
        }
    })
}

/// The sentence of the error for a create that was answered with an unpaid invoice.
#[pyfunction]
pub(crate) fn payment_required(answer: &Bound<'_, PyAny>) -> PyResult<String> {
    guarded(|| {
        let fields = named("the response", Some(answer), Family::Modern)?;
        let model = Box::new(lomi::FromObject::from_object(fields));
        let refused = lomi::Created::<()>::PaymentRequired(model).done();
        Ok(refused.err().map(|error| error.message.clone()).unwrap_or_default())
    })
}
