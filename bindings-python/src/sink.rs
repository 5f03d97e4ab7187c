//! Builds Python values while the core reads an answer. A model becomes a plain
//! instance of its class whose `__dict__` holds the fields that were sent; what the
//! schema does not know, and what was read as something else, is kept beside it.

use lomi::schema::Model;
use lomi::{Key, Sink};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList, PyString, PyTuple};
use serde_json::Value;

use crate::fault::Fault;
use crate::shapes::{Family, Shape, shape};

/// Values of one interpreter, without classes.
pub(crate) struct Python<'py> {
    pub(crate) py: pyo3::Python<'py>,
}

/// Values with the classes of a family.
pub(crate) struct Objects<'py> {
    values: Python<'py>,
    family: Family,
    /// The text being read is a word of a small set.
    word: bool,
    nothing: Bound<'py, PyTuple>,
}

impl<'py> Objects<'py> {
    pub(crate) fn new(py: pyo3::Python<'py>, family: Family) -> Self {
        Self { values: Python { py }, family, word: false, nothing: PyTuple::empty(py) }
    }
}

/// An object being filled.
pub(crate) struct Filling<'py> {
    shape: Option<&'static Shape>,
    fields: Bound<'py, PyDict>,
    extra: Option<Bound<'py, PyDict>>,
    originals: Option<Bound<'py, PyAny>>,
    next: Next<'py>,
}

/// Where the value that is being read belongs.
enum Next<'py> {
    Nowhere,
    Field(&'static Py<PyString>),
    Plain(Bound<'py, PyString>),
    Extra(Bound<'py, PyString>),
    Originals,
}

impl<'py> Python<'py> {
    /// A number that is no machine integer: an int of any size, a float where it says
    /// the same, else a Decimal.
    fn number(&self, digits: &str) -> Result<Bound<'py, PyAny>, Fault> {
        let whole = digits.strip_prefix('-').unwrap_or(digits);
        if whole.bytes().all(|byte| byte.is_ascii_digit()) && digits != "-0" {
            let builtins = self.py.import("builtins")?;
            return match builtins.getattr("int")?.call1((digits,)) {
                Ok(number) => Ok(number),
                // Longer than the interpreter turns into an int.
                Err(_) => self.decimal(digits),
            };
        }
        let mantissa = whole.split(['e', 'E']).next().unwrap_or_default();
        let significant = mantissa.bytes().filter(u8::is_ascii_digit).count();
        match digits.parse::<f64>() {
            // Fifteen digits always survive a float, unless it over- or underflows.
            Ok(value) if significant <= 15 && (value.is_normal() || is_zero(mantissa)) => {
                Ok(PyFloat::new(self.py, value).into_any())
            }
            _ => self.decimal(digits),
        }
    }

    fn decimal(&self, digits: &str) -> Result<Bound<'py, PyAny>, Fault> {
        Ok(self.py.import("decimal")?.getattr("Decimal")?.call1((digits,))?)
    }
}

fn is_zero(mantissa: &str) -> bool {
    mantissa.bytes().all(|byte| byte == b'0' || byte == b'.')
}

/// A value without a schema.
pub(crate) fn plain<'py>(
    values: &mut Python<'py>,
    value: &Value,
) -> Result<Bound<'py, PyAny>, Fault> {
    let py = values.py;
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(flag) => flag.into_pyobject(py).map_err(PyErr::from)?.to_owned().into_any(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into_pyobject(py).map_err(PyErr::from)?.into_any(),
            None => values.number(&number.to_string())?,
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(plain(values, item)?)?;
            }
            list.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, plain(values, value)?)?;
            }
            dict.into_any()
        }
    })
}

impl<'py> Sink for Objects<'py> {
    type Value = Bound<'py, PyAny>;
    type List = Bound<'py, PyList>;
    type Object = Filling<'py>;
    type Error = Fault;

    fn null(&mut self) -> Result<Self::Value, Fault> {
        Ok(self.values.py.None().into_bound(self.values.py))
    }

    fn boolean(&mut self, value: bool) -> Result<Self::Value, Fault> {
        let flag = value.into_pyobject(self.values.py).map_err(PyErr::from)?;
        Ok(flag.to_owned().into_any())
    }

    fn integer(&mut self, value: i64) -> Result<Self::Value, Fault> {
        Ok(value.into_pyobject(self.values.py).map_err(PyErr::from)?.into_any())
    }

    fn number(&mut self, digits: &str) -> Result<Self::Value, Fault> {
        self.values.number(digits)
    }

    fn text(&mut self, text: &str) -> Result<Self::Value, Fault> {
        let py = self.values.py;
        // Interning makes every "XOF" one object.
        let text = if self.word && text.len() <= 32 {
            PyString::intern(py, text)
        } else {
            PyString::new(py, text)
        };
        Ok(text.into_any())
    }

    fn begin_list(&mut self) -> Result<Self::List, Fault> {
        Ok(PyList::empty(self.values.py))
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
        let py = self.values.py;
        let shape = match model {
            Some(model) => shape(py, self.family, model)?,
            None => None,
        };
        Ok(Filling {
            shape,
            fields: PyDict::new(py),
            extra: None,
            originals: None,
            next: Next::Nowhere,
        })
    }

    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Fault> {
        let py = self.values.py;
        self.word = false;
        object.next = match (key, object.shape) {
            (Key::Field(at, _), Some(shape)) => match shape.names.get(at) {
                Some((name, word)) => {
                    self.word = *word;
                    Next::Field(name)
                }
                None => Next::Nowhere,
            },
            (Key::Field(_, field), None) => Next::Plain(PyString::intern(py, field.name)),
            (Key::Extra(name), Some(_)) => Next::Extra(PyString::new(py, name)),
            (Key::Extra(name), None) => Next::Plain(PyString::new(py, name)),
            (Key::Originals, _) => Next::Originals,
        };
        Ok(())
    }

    fn value(&mut self, object: &mut Self::Object, value: Self::Value) -> Result<(), Fault> {
        match std::mem::replace(&mut object.next, Next::Nowhere) {
            Next::Nowhere => {}
            Next::Field(name) => object.fields.set_item(name, value)?,
            Next::Plain(name) => object.fields.set_item(name, value)?,
            Next::Extra(name) => object
                .extra
                .get_or_insert_with(|| PyDict::new(self.values.py))
                .set_item(name, value)?,
            Next::Originals => object.originals = Some(value),
        }
        Ok(())
    }

    fn end_object(&mut self, object: Self::Object) -> Result<Self::Value, Fault> {
        let Some(shape) = object.shape else { return Ok(object.fields.into_any()) };
        let py = self.values.py;
        let made = bare(shape.class.bind(py), &self.nothing)?;
        // SAFETY: both are live objects of this interpreter; the class has a `__dict__`.
        let set = unsafe {
            ffi::PyObject_GenericSetDict(
                made.as_ptr(),
                object.fields.as_ptr(),
                std::ptr::null_mut(),
            )
        };
        if set != 0 {
            return Err(PyErr::fetch(py).into());
        }
        if let Some(extra) = object.extra {
            made.setattr(pyo3::intern!(py, "_extra"), extra)?;
        }
        if let Some(originals) = object.originals {
            made.setattr(pyo3::intern!(py, "_originals"), originals)?;
        }
        Ok(made)
    }
}

/// An instance without a call of `__init__`, as `cls.__new__(cls)` makes one.
fn bare<'py>(
    class: &Bound<'py, pyo3::types::PyType>,
    nothing: &Bound<'py, PyTuple>,
) -> Result<Bound<'py, PyAny>, Fault> {
    let py = class.py();
    // SAFETY: the slot of a live class is a `newfunc` or null; what it returns is a new
    // reference or null with an exception set.
    let made = unsafe {
        let class = class.as_type_ptr();
        let slot = ffi::PyType_GetSlot(class, ffi::Py_tp_new);
        if slot.is_null() {
            return Err(lomi::Error::internal("a model's class cannot be instantiated").into());
        }
        let new: ffi::newfunc = std::mem::transmute(slot);
        Bound::from_owned_ptr_or_err(py, new(class, nothing.as_ptr(), std::ptr::null_mut()))?
    };
    Ok(made)
}
