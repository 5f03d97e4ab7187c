//! Builds Python values while the core reads an answer. A model becomes a plain
//! instance of its class whose `__dict__` holds the fields that were sent; what the
//! schema does not know, and what was read as something else, is kept beside it.

use lomi::schema::Model;
use lomi::{Key, Row, RowSink, Sink};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::fault::Fault;
use crate::memo::Words;
use crate::shapes::{Family, Shape, shape};
use crate::unread::{Held, Unread, set_dictionary, settle};
use crate::values;

/// Values with the classes of a family.
pub(crate) struct Objects<'py> {
    py: Python<'py>,
    family: Family,
    names: Words<'py>,
    /// An object that exists and is to get its fields.
    into: Option<Bound<'py, PyAny>>,
}

impl<'py> Objects<'py> {
    pub(crate) fn new(py: Python<'py>, family: Family) -> Self {
        Self { py, family, names: Words::default(), into: None }
    }

    /// Fills an object in place of making one.
    pub(crate) fn into(model: Bound<'py, PyAny>, family: Family) -> Self {
        Self { into: Some(model.clone()), ..Self::new(model.py(), family) }
    }

    fn name(&mut self, name: &str) -> Bound<'py, PyString> {
        self.names.take(self.py, name)
    }
}

/// An object being filled.
pub(crate) enum Filling<'py> {
    /// One without a class.
    Plain { dict: Bound<'py, PyDict>, name: Option<Bound<'py, PyString>> },
    /// One of a model.
    Model(Box<Typed<'py>>),
}

/// An object of a model being filled.
pub(crate) struct Typed<'py> {
    shape: &'static Shape,
    fields: Bound<'py, PyDict>,
    extra: Option<Bound<'py, PyDict>>,
    originals: Option<Bound<'py, PyAny>>,
    next: Next<'py>,
    into: Option<Bound<'py, PyAny>>,
}

/// Where the value that is being read belongs.
enum Next<'py> {
    Nowhere,
    Field(usize),
    Extra(Bound<'py, PyString>),
    Originals,
}

impl<'py> Sink for Objects<'py> {
    type Value = Bound<'py, PyAny>;
    type List = Bound<'py, PyList>;
    type Object = Filling<'py>;
    type Error = Fault;

    fn null(&mut self) -> Result<Self::Value, Fault> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn boolean(&mut self, value: bool) -> Result<Self::Value, Fault> {
        let flag = value.into_pyobject(self.py).map_err(PyErr::from)?;
        Ok(flag.to_owned().into_any())
    }

    fn integer(&mut self, value: i64) -> Result<Self::Value, Fault> {
        Ok(value.into_pyobject(self.py).map_err(PyErr::from)?.into_any())
    }

    fn number(&mut self, digits: &str) -> Result<Self::Value, Fault> {
        values::number(self.py, digits)
    }

    fn text(&mut self, text: &str) -> Result<Self::Value, Fault> {
        Ok(PyString::new(self.py, text).into_any())
    }

    fn begin_list(&mut self) -> Result<Self::List, Fault> {
        Ok(PyList::empty(self.py))
    }

    fn before_item(&mut self, _: &mut Self::List) -> Result<(), Fault> {
        Ok(())
    }

    fn item(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Fault> {
        Ok(list.append(value)?)
    }

    fn end_list(&mut self, list: Self::List) -> Result<Self::Value, Fault> {
        Ok(list.into_any())
    }

    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<Self::Object, Fault> {
        let shape = model.map(|model| shape(self.py, self.family, model)).transpose()?.flatten();
        Ok(match shape {
            Some(shape) => Filling::Model(Box::new(Typed {
                shape,
                fields: PyDict::new(self.py),
                extra: None,
                originals: None,
                next: Next::Nowhere,
                into: self.into.take(),
            })),
            None => Filling::Plain { dict: PyDict::new(self.py), name: None },
        })
    }

    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Fault> {
        match (object, key) {
            (Filling::Plain { name, .. }, Key::Field(_, field)) => {
                *name = Some(self.name(field.name));
            }
            (Filling::Plain { name, .. }, Key::Extra(word)) => {
                *name = Some(self.name(word));
            }
            (Filling::Plain { name, .. }, Key::Originals) => *name = None,
            (Filling::Model(typed), Key::Field(at, _)) => typed.next = Next::Field(at),
            (Filling::Model(typed), Key::Extra(word)) => {
                typed.next = Next::Extra(self.name(word));
            }
            (Filling::Model(typed), Key::Originals) => typed.next = Next::Originals,
        }
        Ok(())
    }

    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Fault> {
        let typed = match object {
            Filling::Plain { dict, name } => {
                return name.take().map_or(Ok(()), |name| put(dict, &name, &value));
            }
            Filling::Model(typed) => typed,
        };
        match std::mem::replace(&mut typed.next, Next::Nowhere) {
            Next::Nowhere => Ok(()),
            Next::Field(position) => match typed.shape.names.get(position) {
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

    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Fault> {
        let typed = match object {
            Filling::Plain { dict, .. } => return Ok(dict.into_any()),
            Filling::Model(typed) => *typed,
        };
        let made = match typed.into {
            Some(model) if settle(&model, &typed.fields)? => model,
            Some(model) => return Ok(model),
            None => {
                let made = typed.shape.instance(self.py)?;
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

impl RowSink for Objects<'_> {
    fn row(&mut self, row: Row) -> Result<Self::Value, Fault> {
        let Some(shape) = shape(self.py, self.family, row.model())? else {
            return row.decode(self);
        };
        let made = shape.instance(self.py)?;
        made.cast::<Held>().map_err(PyErr::from)?.get().hold(Unread { row, family: self.family });
        Ok(made)
    }
}

/// `dict[name] = value`.
fn put(
    dict: &Bound<'_, PyDict>,
    name: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
) -> Result<(), Fault> {
    // SAFETY: three live objects of this interpreter, the first a dictionary.
    match unsafe { ffi::PyDict_SetItem(dict.as_ptr(), name.as_ptr(), value.as_ptr()) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(dict.py()).into()),
    }
}
