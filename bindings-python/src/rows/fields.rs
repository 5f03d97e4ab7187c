//! The descriptors that read the fields of a lazy row when the caller asks for them.

use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::BindingError;
use crate::exception::guarded;
use crate::rows::builder::Objects;
use crate::rows::lazy_row::{ModelBase, dictionary, set_dictionary};

/// Reads every field that was not read yet; false where there was none.
#[pyfunction]
pub(crate) fn read_all_fields(model: &Bound<'_, ModelBase>) -> PyResult<bool> {
    guarded(|| read_all(model))
}

pub(super) fn read_all(model: &Bound<'_, ModelBase>) -> Result<bool, BindingError> {
    let Some(lazy) = model.get().row() else { return Ok(false) };
    let mut builder = Objects::into(model.as_any().clone(), lazy.models);
    lazy.row.decode(&mut builder)?;
    Ok(true)
}

/// The attribute `__dict__` of a model: all its fields, as the server sent them.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct FieldDict;

#[pymethods]
impl FieldDict {
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

/// One field of a model class. Python calls it only for a field that the object's `__dict__`
/// does not have: after the first read the value is in there.
#[pyclass(subclass, frozen, module = "lomi._lomi")]
pub(crate) struct Field {
    name: OnceLock<Py<PyString>>,
    /// The position of the field in its model's table.
    position: OnceLock<Option<usize>>,
}

#[pymethods]
impl Field {
    #[new]
    pub(super) fn new() -> Self {
        Self { name: OnceLock::new(), position: OnceLock::new() }
    }

    fn __set_name__(&self, _owner: &Bound<'_, PyAny>, name: Bound<'_, PyString>) {
        // The first class counts: a field has one name.
        let _ = self.name.set(name.unbind());
    }

    fn __get__<'py>(
        &self,
        model: Option<&Bound<'py, ModelBase>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match model {
            // The default, as on any class with defaults.
            None => Ok(None),
            Some(model) => guarded(|| self.read(model)),
        }
    }
}

impl Field {
    /// The name of the field; None outside of a class.
    pub(super) fn name<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyString>> {
        self.name.get().map(|name| name.bind(py))
    }

    /// The value as the server sent it, or as it was set.
    pub(super) fn raw<'py>(
        &self,
        model: &Bound<'py, ModelBase>,
    ) -> Result<Option<Bound<'py, PyAny>>, BindingError> {
        let Some(name) = self.name(model.py()) else { return Ok(None) };
        match dictionary(model.as_any())?.get_item(name)? {
            Some(value) => Ok(Some(value)),
            None => self.read(model),
        }
    }

    /// Reads the field from the row and puts it into the object's `__dict__`. When several were
    /// read one by one, the rest is read as well: that costs less than to ask for each.
    fn read<'py>(
        &self,
        model: &Bound<'py, ModelBase>,
    ) -> Result<Option<Bound<'py, PyAny>>, BindingError> {
        let Some(lazy) = model.get().row() else { return Ok(None) };
        let (py, row) = (model.py(), &lazy.row);
        let Some(name) = self.name(py) else { return Ok(None) };
        if row.has_many_reads() {
            read_all(model)?;
            return Ok(dictionary(model.as_any())?.get_item(name)?);
        }
        let position = match self.position.get() {
            Some(position) => *position,
            None => {
                let position = row.model().position(&name.to_cow()?);
                *self.position.get_or_init(|| position)
            }
        };
        let Some(position) = position else { return Ok(None) };
        let value = row.field(position, &mut Objects::new(py, lazy.models))?;
        if let Some(value) = &value {
            dictionary(model.as_any())?.set_item(name, value)?;
        }
        Ok(value)
    }
}
