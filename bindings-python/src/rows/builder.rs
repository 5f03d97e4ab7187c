//! Builds Python values while the core reads a response. A model becomes a plain instance
//! of its class whose `__dict__` holds the fields that the server sent. `_extra` holds the
//! fields that the schema lacks, `_originals` the values that were read as something else.

use lomi::binding::table::Model;
use lomi::binding::{self, Key, LazyRowSink, Sink};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::convert::to_python;
use crate::error::BindingError;
use crate::model_set::ModelSet;
use crate::rows::classes::{ModelClass, class_of};
use crate::rows::lazy_row::{LazyRow, ModelBase, set_all_fields, set_dictionary};
use crate::rows::name_cache::NameCache;

/// Builds values in the classes of a model set.
pub(crate) struct Objects<'py> {
    py: Python<'py>,
    models: ModelSet,
    names: NameCache<'py>,
    /// The object that gets the fields, in place of a new one.
    into: Option<Bound<'py, PyAny>>,
}

impl<'py> Objects<'py> {
    pub(crate) fn new(py: Python<'py>, models: ModelSet) -> Self {
        Self { py, models, names: NameCache::default(), into: None }
    }

    /// Gives an existing object its fields.
    pub(crate) fn into(model: Bound<'py, PyAny>, models: ModelSet) -> Self {
        Self { into: Some(model.clone()), ..Self::new(model.py(), models) }
    }

    fn name(&mut self, name: &str) -> Bound<'py, PyString> {
        self.names.take(self.py, name)
    }
}

/// An object whose fields are being read.
pub(crate) enum Partial<'py> {
    /// A dictionary.
    Plain { dict: Bound<'py, PyDict>, name: Option<Bound<'py, PyString>> },
    /// An object of a model.
    Model(Box<PartialModel<'py>>),
}

/// An object of a model whose fields are being read.
pub(crate) struct PartialModel<'py> {
    class: &'static ModelClass,
    fields: Bound<'py, PyDict>,
    extra: Option<Bound<'py, PyDict>>,
    originals: Option<Bound<'py, PyAny>>,
    next: Next<'py>,
    into: Option<Bound<'py, PyAny>>,
}

/// Where the next value belongs.
enum Next<'py> {
    Nowhere,
    Field(usize),
    Extra(Bound<'py, PyString>),
    Originals,
}

impl<'py> Sink for Objects<'py> {
    type Value = Bound<'py, PyAny>;
    type List = Bound<'py, PyList>;
    type Object = Partial<'py>;
    type Error = BindingError;

    fn null(&mut self) -> Result<Self::Value, BindingError> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn boolean(&mut self, value: bool) -> Result<Self::Value, BindingError> {
        let flag = value.into_pyobject(self.py).map_err(PyErr::from)?;
        Ok(flag.to_owned().into_any())
    }

    fn integer(&mut self, value: i64) -> Result<Self::Value, BindingError> {
        Ok(value.into_pyobject(self.py).map_err(PyErr::from)?.into_any())
    }

    fn number(&mut self, digits: &str) -> Result<Self::Value, BindingError> {
        to_python::number(self.py, digits)
    }

    fn text(&mut self, text: &str) -> Result<Self::Value, BindingError> {
        Ok(PyString::new(self.py, text).into_any())
    }

    fn begin_list(&mut self) -> Result<Self::List, BindingError> {
        Ok(PyList::empty(self.py))
    }

    fn before_item(&mut self, _: &mut Self::List) -> Result<(), BindingError> {
        Ok(())
    }

    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), BindingError> {
        Ok(list.append(value)?)
    }

    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, BindingError> {
        Ok(list.into_any())
    }

    fn begin_object(
        &mut self,
        model: Option<&'static Model>,
    ) -> Result<Self::Object, BindingError> {
        let class = model.map(|model| class_of(self.py, self.models, model)).transpose()?.flatten();
        Ok(match class {
            Some(class) => Partial::Model(Box::new(PartialModel {
                class,
                fields: PyDict::new(self.py),
                extra: None,
                originals: None,
                next: Next::Nowhere,
                into: self.into.take(),
            })),
            None => Partial::Plain { dict: PyDict::new(self.py), name: None },
        })
    }

    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), BindingError> {
        match (object, key) {
            (Partial::Plain { name, .. }, Key::Field(_, field)) => {
                *name = Some(self.name(field.name));
            }
            (Partial::Plain { name, .. }, Key::Extra(extra)) => {
                *name = Some(self.name(extra));
            }
            (Partial::Plain { name, .. }, Key::Originals) => *name = None,
            (Partial::Model(typed), Key::Field(at, _)) => typed.next = Next::Field(at),
            (Partial::Model(typed), Key::Extra(extra)) => {
                typed.next = Next::Extra(self.name(extra));
            }
            (Partial::Model(typed), Key::Originals) => typed.next = Next::Originals,
        }
        Ok(())
    }

    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), BindingError> {
        let typed = match object {
            Partial::Plain { dict, name } => {
                return name.take().map_or(Ok(()), |name| put(dict, &name, &value));
            }
            Partial::Model(typed) => typed,
        };
        match std::mem::replace(&mut typed.next, Next::Nowhere) {
            Next::Nowhere => Ok(()),
            Next::Field(position) => match typed.class.names.get(position) {
                Some(name) => put(&typed.fields, name.bind(self.py), &value),
                None => Ok(()),
            },
            Next::Extra(name) => {
                let extra = typed.extra.get_or_insert_with(|| PyDict::new(self.py));
                put(extra, &name, &value)
            }
            Next::Originals => {
                typed.originals = Some(value);
                Ok(())
            }
        }
    }

    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, BindingError> {
        let typed = match object {
            Partial::Plain { dict, .. } => return Ok(dict.into_any()),
            Partial::Model(typed) => *typed,
        };
        let made = match typed.into {
            Some(model) if set_all_fields(&model, &typed.fields)? => model,
            Some(model) => return Ok(model),
            None => {
                let made = typed.class.instance(self.py)?;
                set_dictionary(&made, &typed.fields)?;
                made
            }
        };
        if let Some(extra) = typed.extra {
            made.setattr(pyo3::intern!(self.py, "_extra"), extra)?;
        }
        if let Some(originals) = typed.originals {
            made.setattr(pyo3::intern!(self.py, "_originals"), originals)?;
        }
        Ok(made)
    }
}

impl LazyRowSink for Objects<'_> {
    fn row(&mut self, row: binding::LazyRow) -> Result<Self::Value, BindingError> {
        let Some(class) = class_of(self.py, self.models, row.model())? else {
            return row.decode(self);
        };
        let made = class.instance(self.py)?;
        let base = made.cast::<ModelBase>().map_err(PyErr::from)?;
        base.get().set_row(LazyRow { row, models: self.models });
        Ok(made)
    }
}

/// `dict[name] = value`, without the conversions of `PyDict::set_item`.
fn put(
    dict: &Bound<'_, PyDict>,
    name: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
) -> Result<(), BindingError> {
    // SAFETY: three live objects of this interpreter, the first a dictionary.
    match unsafe { ffi::PyDict_SetItem(dict.as_ptr(), name.as_ptr(), value.as_ptr()) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(dict.py()).into()),
    }
}
