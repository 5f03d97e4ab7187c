//! Models whose fields are read from the answer when they are asked for. An object's own
//! dictionary holds what was read or set so far; the rest is still JSON, next to it.

use std::sync::{Arc, Mutex, OnceLock};

use lomi::{Error, Row};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::fault::{Fault, guarded};
use crate::shapes::Family;
use crate::sink::Objects;

/// What every model is built on.
#[pyclass(subclass, frozen, module = "lomi._lomi")]
pub(crate) struct Held {
    unread: Mutex<Option<Arc<Unread>>>,
}

/// An object of an answer, and the classes that its fields get.
pub(crate) struct Unread {
    pub(crate) row: Row,
    pub(crate) family: Family,
}

impl Held {
    pub(crate) fn hold(&self, unread: Unread) {
        if let Ok(mut held) = self.unread.lock() {
            *held = Some(Arc::new(unread));
        }
    }

    fn unread(&self) -> Option<Arc<Unread>> {
        // Python may run while values are made, and come here again: no lock is kept.
        self.unread.lock().ok()?.clone()
    }

    /// Whether it was unread until now.
    fn done(&self) -> bool {
        self.unread.lock().is_ok_and(|mut held| held.take().is_some())
    }
}

#[pymethods]
impl Held {
    #[new]
    #[pyo3(signature = (*_positional, **_named))]
    fn new(_positional: &Bound<'_, PyTuple>, _named: Option<&Bound<'_, PyDict>>) -> Self {
        Self { unread: Mutex::new(None) }
    }

    /// Reads what is unread; whether there was anything.
    fn _read_all(held: &Bound<'_, Self>) -> PyResult<bool> {
        guarded(|| read_all(held))
    }
}

fn read_all(held: &Bound<'_, Held>) -> Result<bool, Fault> {
    let Some(unread) = held.get().unread() else { return Ok(false) };
    let mut sink = Objects::into(held.as_any().clone(), unread.family);
    unread.row.decode(&mut sink)?;
    Ok(true)
}

/// Gives an object all of its fields at once. What was read or set before stays: it may have
/// been handed out, or changed.
pub(crate) fn settle(model: &Bound<'_, PyAny>, fields: &Bound<'_, PyDict>) -> Result<bool, Fault> {
    let held = model.cast::<Held>().map_err(PyErr::from)?;
    let before = dictionary(model)?;
    if !before.is_empty() {
        fields.update(before.as_mapping())?;
    }
    if !held.get().done() {
        return Ok(false); // read meanwhile, by another thread
    }
    set_dictionary(model, fields)?;
    Ok(true)
}

/// The attribute `__dict__` of a model: all its fields, as they came.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Fields;

#[pymethods]
impl Fields {
    #[new]
    fn new() -> Self {
        Self
    }

    fn __get__<'py>(
        this: &Bound<'py, Self>,
        model: Option<&Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| {
            let Some(model) = model else { return Ok(this.clone().into_any()) };
            read_all(model.cast().map_err(PyErr::from)?)?;
            Ok(dictionary(model)?.into_any())
        })
    }

    /// Replaces all fields.
    fn __set__(&self, model: &Bound<'_, PyAny>, fields: &Bound<'_, PyAny>) -> PyResult<()> {
        guarded(|| {
            read_all(model.cast().map_err(PyErr::from)?)?;
            set_dictionary(model, fields.cast().map_err(PyErr::from)?)
        })
    }
}

/// One field of a model class. Asked only for what the object's own dictionary does not hold.
#[pyclass(subclass, frozen, module = "lomi._lomi")]
pub(crate) struct Field {
    name: OnceLock<Py<PyString>>,
    /// Where it stands in its model's table.
    position: OnceLock<Option<usize>>,
}

#[pymethods]
impl Field {
    #[new]
    fn new() -> Self {
        Self { name: OnceLock::new(), position: OnceLock::new() }
    }

    fn __set_name__(&self, _owner: &Bound<'_, PyAny>, name: Bound<'_, PyString>) {
        // The first class counts: a field has one name.
        let _ = self.name.set(name.unbind());
    }

    fn __get__<'py>(
        &self,
        model: Option<&Bound<'py, Held>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match model {
            // The default, as on any class with defaults.
            None => Ok(None),
            Some(model) => guarded(|| self.read(model)),
        }
    }

    /// What an object holds, unread or read: as it came, or as it was set.
    fn _held<'py>(&self, model: &Bound<'py, Held>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guarded(|| {
            let Some(name) = self.name.get() else { return Ok(None) };
            match dictionary(model.as_any())?.get_item(name.bind(model.py()))? {
                Some(value) => Ok(Some(value)),
                None => self.read(model),
            }
        })
    }
}

impl Field {
    /// Reads the field and keeps it with the object.
    fn read<'py>(&self, model: &Bound<'py, Held>) -> Result<Option<Bound<'py, PyAny>>, Fault> {
        let Some(unread) = model.get().unread() else { return Ok(None) };
        let (py, row) = (model.py(), &unread.row);
        let Some(name) = self.name.get().map(|name| name.bind(py)) else { return Ok(None) };
        let position = match self.position.get() {
            Some(position) => *position,
            None => {
                let position = row.model().position(&name.to_cow()?);
                *self.position.get_or_init(|| position)
            }
        };
        let Some(position) = position else { return Ok(None) };
        let value = row.field(position, &mut Objects::new(py, unread.family))?;
        if let Some(value) = &value {
            dictionary(model.as_any())?.set_item(name, value)?;
        }
        Ok(value)
    }
}

/// The object's own dictionary.
pub(crate) fn dictionary<'py>(model: &Bound<'py, PyAny>) -> Result<Bound<'py, PyDict>, Fault> {
    // SAFETY: a live object; the result is a new reference or null with an exception set.
    let found = unsafe {
        let found = ffi::PyObject_GenericGetDict(model.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(model.py(), found)?
    };
    let found = found.cast_into::<PyDict>();
    found.map_err(|_| Error::internal("an object without a dictionary").into())
}

/// Gives the object another dictionary.
pub(crate) fn set_dictionary(
    model: &Bound<'_, PyAny>,
    fields: &Bound<'_, PyDict>,
) -> Result<(), Fault> {
    // SAFETY: both are live objects of this interpreter; the class has a `__dict__`.
    let set = unsafe {
        ffi::PyObject_GenericSetDict(model.as_ptr(), fields.as_ptr(), std::ptr::null_mut())
    };
    match set {
        0 => Ok(()),
        _ => Err(PyErr::fetch(model.py()).into()),
    }
}
