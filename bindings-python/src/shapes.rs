//! Which Python class stands for each model of the table, and the names of its fields
//! as interned strings. Looked up once per model, when the first object is made.

use lomi::schema::{Kind, Model};
use lomi::{Error, MODELS};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

use crate::fault::Fault;

/// Which classes a caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Those of the documented clients: `CheckoutSessions`.
    Documented,
    /// Those of `LomiClient`: `CheckoutSession`.
    Modern,
    /// None: dictionaries.
    Plain,
}

impl Family {
    pub(crate) fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Documented,
            1 => Self::Modern,
            _ => Self::Plain,
        }
    }
}

/// A model's class and the names of its fields.
pub(crate) struct Shape {
    pub(crate) class: Py<PyType>,
    /// In the order of `Model::fields`; true for words of a small set, worth interning.
    pub(crate) names: Vec<(Py<PyString>, bool)>,
}

/// One family's shapes, in the order of `MODELS`.
type Shapes = Vec<PyOnceLock<Shape>>;

static DOCUMENTED: PyOnceLock<Shapes> = PyOnceLock::new();
static MODERN: PyOnceLock<Shapes> = PyOnceLock::new();

/// The shape of a model; nothing for a family of dictionaries.
pub(crate) fn shape(
    py: Python<'_>,
    family: Family,
    model: &'static Model,
) -> Result<Option<&'static Shape>, Fault> {
    let shapes = match family {
        Family::Documented => &DOCUMENTED,
        Family::Modern => &MODERN,
        Family::Plain => return Ok(None),
    };
    let shapes = shapes.get_or_init(py, || MODELS.iter().map(|_| PyOnceLock::new()).collect());
    let slot = MODELS
        .iter()
        .position(|known| std::ptr::eq(*known, model))
        .and_then(|at| shapes.get(at))
        .ok_or_else(|| Error::internal(format!("{} is not in the table", model.name)))?;
    Ok(Some(slot.get_or_try_init(py, || make(py, family, model))?))
}

fn make(py: Python<'_>, family: Family, model: &'static Model) -> PyResult<Shape> {
    let name = match family {
        Family::Documented => model.names.python,
        _ => model.names.rust,
    };
    let class = py.import("lomi.models")?.getattr(name)?.cast_into::<PyType>()?;
    let names = model
        .fields
        .iter()
        .map(|field| {
            let name = PyString::intern(py, field.name).unbind();
            (name, matches!(field.kind, Kind::Enum(_)))
        })
        .collect();
    Ok(Shape { class: class.unbind(), names })
}
