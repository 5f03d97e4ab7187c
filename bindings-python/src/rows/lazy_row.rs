//! The base class of every model. An object's `__dict__` holds the fields that were read or
//! set so far; the others are still JSON, in the row beside it.

use std::sync::{Arc, Mutex};

use lomi::Error;
use lomi::binding;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::error::BindingError;
use crate::model_set::ModelSet;

/// The base class of every model.
#[pyclass(subclass, frozen, module = "lomi._lomi")]
pub(crate) struct ModelBase {
    row: Mutex<Option<Arc<LazyRow>>>,
}

/// An object of a response as JSON, and the classes of its nested objects.
pub(crate) struct LazyRow {
    pub(crate) row: binding::LazyRow,
    pub(crate) models: ModelSet,
}

impl ModelBase {
    pub(crate) fn set_row(&self, lazy: LazyRow) {
        if let Ok(mut row) = self.row.lock() {
            *row = Some(Arc::new(lazy));
        }
    }

    /// The row; None where every field is in the `__dict__`.
    pub(crate) fn row(&self) -> Option<Arc<LazyRow>> {
        // A copy, so that the lock is free again: reading a field may run Python code that
        // comes back here.
        self.row.lock().ok()?.clone()
    }

    /// Drops the row; false where it was dropped before.
    fn drop_row(&self) -> bool {
        self.row.lock().is_ok_and(|mut row| row.take().is_some())
    }
}

#[pymethods]
impl ModelBase {
    #[new]
    #[pyo3(signature = (*_positional, **_named))]
    fn new(_positional: &Bound<'_, PyTuple>, _named: Option<&Bound<'_, PyDict>>) -> Self {
        Self { row: Mutex::new(None) }
    }
}

/// Gives an object all of its fields at once; false where another thread did so meanwhile.
/// A field that was read or set before keeps its value: the caller may hold it, or have
/// changed it.
pub(crate) fn set_all_fields(
    model: &Bound<'_, PyAny>,
    fields: &Bound<'_, PyDict>,
) -> Result<bool, BindingError> {
    let base = model.cast::<ModelBase>().map_err(PyErr::from)?;
    let before = dictionary(model)?;
    if !before.is_empty() {
        fields.update(before.as_mapping())?;
    }
    if !base.get().drop_row() {
        return Ok(false);
    }
    set_dictionary(model, fields)?;
    Ok(true)
}

/// The object's `__dict__`, without the fields that were not read yet.
pub(crate) fn dictionary<'py>(
    model: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyDict>, BindingError> {
    // SAFETY: a live object; the result is a new reference or null with an exception set.
    let found = unsafe {
        let found = ffi::PyObject_GenericGetDict(model.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(model.py(), found)?
    };
    let found = found.cast_into::<PyDict>();
    found.map_err(|_| Error::internal("an object without a dictionary").into())
}

/// Replaces the object's `__dict__`.
pub(crate) fn set_dictionary(
    model: &Bound<'_, PyAny>,
    fields: &Bound<'_, PyDict>,
) -> Result<(), BindingError> {
    // SAFETY: both are live objects of this interpreter; the class has a `__dict__`.
    let set = unsafe {
        ffi::PyObject_GenericSetDict(model.as_ptr(), fields.as_ptr(), std::ptr::null_mut())
    };
    match set {
        0 => Ok(()),
        _ => Err(PyErr::fetch(model.py()).into()),
    }
}
