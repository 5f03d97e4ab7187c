//! The Python class of each model, and the names of its fields as interned strings. They are
//! looked up once per model, for its first object.

use lomi::Error;
use lomi::binding::MODELS;
use lomi::binding::table::Model;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};

use crate::error::BindingError;
use crate::model_set::ModelSet;
use crate::python_code;

/// A model's class and the names of its fields.
pub(crate) struct ModelClass {
    class: Py<PyType>,
    /// Makes an instance without calling `__init__`, as `cls.__new__(cls)` does.
    new: ffi::newfunc,
    no_arguments: Py<PyTuple>,
    /// In the order of `Model::fields`.
    pub(crate) names: Vec<Py<PyString>>,
}

impl ModelClass {
    /// An instance without fields.
    pub(crate) fn instance<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, BindingError> {
        let class = self.class.bind(py).as_type_ptr();
        // SAFETY: `new` is the slot of this class; what it returns is a new reference or
        // null with an exception set.
        unsafe {
            let made = (self.new)(class, self.no_arguments.as_ptr(), std::ptr::null_mut());
            Ok(Bound::from_owned_ptr_or_err(py, made)?)
        }
    }
}

/// The classes of one model set, in the order of `MODELS`.
type Classes = Vec<PyOnceLock<ModelClass>>;

static DOCUMENTED: PyOnceLock<Classes> = PyOnceLock::new();
static MODERN: PyOnceLock<Classes> = PyOnceLock::new();

/// The class of a model; None where the set has dictionaries.
pub(crate) fn class_of(
    py: Python<'_>,
    models: ModelSet,
    model: &'static Model,
) -> Result<Option<&'static ModelClass>, BindingError> {
    let classes = match models {
        ModelSet::Documented => &DOCUMENTED,
        ModelSet::Modern => &MODERN,
        ModelSet::Plain => return Ok(None),
    };
    let classes = classes.get_or_init(py, || MODELS.iter().map(|_| PyOnceLock::new()).collect());
    let slot = MODELS
        .iter()
        .position(|known| std::ptr::eq(*known, model))
        .and_then(|at| classes.get(at))
        .ok_or_else(|| Error::internal(format!("{} is not in the table", model.name)))?;
    Ok(Some(slot.get_or_try_init(py, || make(py, models, model))?))
}

fn make(py: Python<'_>, models: ModelSet, model: &'static Model) -> PyResult<ModelClass> {
    let name = match models {
        ModelSet::Documented => model.names.python,
        _ => model.names.rust,
    };
    let module = python_code::import(py, c"lomi.models")?;
    let class = python_code::attribute(&module, &PyString::new(py, name))?.cast_into::<PyType>()?;
    let names = model.fields.iter().map(|field| PyString::intern(py, field.name).unbind());
    let (new, no_arguments) = (new_of(&class)?, PyTuple::empty(py).unbind());
    Ok(ModelClass { names: names.collect(), class: class.unbind(), new, no_arguments })
}

fn new_of(class: &Bound<'_, PyType>) -> PyResult<ffi::newfunc> {
    // SAFETY: the slot of a live class is a `newfunc` or null.
    let slot = unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_new) };
    if slot.is_null() {
        return Err(BindingError::from(Error::internal("a model's class has no instances")).into());
    }
    // SAFETY: the slot is not null, so it is a `newfunc`.
    Ok(unsafe { std::mem::transmute::<*mut std::ffi::c_void, ffi::newfunc>(slot) })
}
