//! Builds Python values while the core reads an answer. A model becomes a plain
//! instance of its class whose `__dict__` holds the fields that were sent; what the
//! schema does not know, and what was read as something else, is kept beside it.

use lomi::schema::Model;
use lomi::{Key, Sink};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::fault::Fault;
use crate::filling::{Fields, Seen, put};
use crate::memo::Words;
use crate::shapes::{Family, shape};
use crate::values;

/// Values with the classes of a family.
pub(crate) struct Objects<'py> {
    py: Python<'py>,
    family: Family,
    nothing: Bound<'py, PyTuple>,
    models: Vec<(&'static Model, Seen<'py>)>,
    names: Words<'py>,
    /// Whose text is being read: model and field, by position.
    field: Option<(usize, usize)>,
}

impl<'py> Objects<'py> {
    pub(crate) fn new(py: Python<'py>, family: Family) -> Self {
        Self {
            py,
            family,
            nothing: PyTuple::empty(py),
            models: Vec::new(),
            names: Words::default(),
            field: None,
        }
    }

    /// A name that is no field's: kept once there is a second object to use it again.
    fn name(&mut self, name: &str) -> Bound<'py, PyString> {
        match self.models.iter().any(|(_, seen)| seen.objects > 1) {
            true => self.names.take(self.py, name, PyString::new),
            false => PyString::new(self.py, name),
        }
    }

    /// Where what is known of a model stands; nothing for a family of dictionaries.
    fn model(&mut self, model: &'static Model) -> Result<Option<usize>, Fault> {
        let known = self.models.iter().position(|(known, _)| std::ptr::eq(*known, model));
        if known.is_some() {
            return Ok(known);
        }
        let Some(shape) = shape(self.py, self.family, model)? else { return Ok(None) };
        self.models.push((model, Seen::new(self.py, shape)));
        Ok(Some(self.models.len() - 1))
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
    model: usize,
    fields: Fields<'py>,
    extra: Option<Bound<'py, PyDict>>,
    originals: Option<Bound<'py, PyAny>>,
    next: Next<'py>,
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
        if let Some((model, field)) = self.field
            && let Some((_, seen)) = self.models.get_mut(model)
        {
            return Ok(seen.text(self.py, field, text).into_any());
        }
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
        self.field = None;
        let model = model.map(|model| self.model(model)).transpose()?.flatten();
        let seen = model.and_then(|at| Some((at, &mut self.models.get_mut(at)?.1)));
        Ok(match seen {
            Some((model, seen)) => Filling::Model(Box::new(Typed {
                model,
                fields: seen.start(self.py)?,
                extra: None,
                originals: None,
                next: Next::Nowhere,
            })),
            None => Filling::Plain { dict: PyDict::new(self.py), name: None },
        })
    }

    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Fault> {
        self.field = None;
        match (object, key) {
            (Filling::Plain { name, .. }, Key::Field(_, field)) => {
                *name = Some(self.name(field.name));
            }
            (Filling::Plain { name, .. }, Key::Extra(word)) => {
                *name = Some(self.name(word));
            }
            (Filling::Plain { name, .. }, Key::Originals) => *name = None,
            (Filling::Model(typed), Key::Field(at, _)) => {
                self.field = Some((typed.model, at));
                typed.next = Next::Field(at);
            }
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
            Next::Field(position) => match self.models.get_mut(typed.model) {
                Some((_, seen)) => seen.set(&mut typed.fields, position, &value),
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
        let Some((_, seen)) = self.models.get_mut(typed.model) else {
            return Err(lomi::Error::internal("an object of no known model").into());
        };
        let fields = seen.end(self.py, typed.fields)?;
        let made = seen.instance(&fields, &self.nothing)?;
        if let Some(extra) = typed.extra {
            made.setattr(pyo3::intern!(self.py, "_extra"), extra)?;
        }
        if let Some(originals) = typed.originals {
            made.setattr(pyo3::intern!(self.py, "_originals"), originals)?;
        }
        Ok(made)
    }
}
