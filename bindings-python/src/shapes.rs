//! Which Python class stands for each model of the table, and the names of its fields
//! as interned strings. Looked up once per model, when the first object is made.

use lomi::schema::Model;
use lomi::{Error, MODELS};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};

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
    class: Py<PyType>,
    /// What makes an instance without calling `__init__`, as `cls.__new__(cls)` does.
    new: ffi::newfunc,
    nothing: Py<PyTuple>,
    /// In the order of `Model::fields`.
    pub(crate) names: Vec<Py<PyString>>,
}

impl Shape {
    /// An instance without fields.
    pub(crate) fn instance<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Fault> {
        let class = self.class.bind(py).as_type_ptr();
        // SAFETY: `new` is the slot of this class; what it returns is a new reference or
        // null with an exception set.
        unsafe {
            let made = (self.new)(class, self.nothing.as_ptr(), std::ptr::null_mut());
            Ok(Bound::from_owned_ptr_or_err(py, made)?)
        }
    }
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
    let names = model.fields.iter().map(|field| PyString::intern(py, field.name).unbind());
    let (new, nothing) = (new_of(&class)?, PyTuple::empty(py).unbind());
    Ok(Shape { names: names.collect(), class: class.unbind(), new, nothing })
}

fn new_of(class: &Bound<'_, PyType>) -> PyResult<ffi::newfunc> {
    // SAFETY: the slot of a live class is a `newfunc` or null.
    let slot = unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_new) };
    if slot.is_null() {
        return Err(Fault::from(Error::internal("a model's class has no instances")).into());
    }
    // SAFETY: just seen to be one.
    Ok(unsafe { std::mem::transmute::<*mut std::ffi::c_void, ffi::newfunc>(slot) })
}
