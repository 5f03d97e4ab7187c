//! Fields whose string is read as something else: times and identifiers. The object keeps the
//! string that the server sent, and each read converts it: a field that nobody reads costs nothing.

use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::error::BindingError;
use crate::exception::guarded;
use crate::python_code;
use crate::rows::fields::{Field, read_all};
use crate::rows::lazy_row::{ModelBase, dictionary};

/// A field that converts. Python asks it at every read, not only at the first one.
#[pyclass(subclass, frozen, extends = Field, module = "lomi._lomi")]
pub(crate) struct TypedField;

#[pymethods]
impl TypedField {
    fn __set__(
        this: &Bound<'_, Self>,
        model: &Bound<'_, ModelBase>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        guarded(|| {
            let Some(name) = this.as_super().get().name(this.py()) else { return Ok(()) };
            Ok(dictionary(model.as_any())?.set_item(name, value)?)
        })
    }

    fn __delete__(this: &Bound<'_, Self>, model: &Bound<'_, ModelBase>) -> PyResult<()> {
        guarded(|| {
            // A field that is deleted must not come back from the row.
            read_all(model)?;
            let Some(name) = this.as_super().get().name(this.py()) else { return Ok(()) };
            let fields = dictionary(model.as_any())?;
            match fields.contains(name)? {
                true => Ok(fields.del_item(name)?),
                false => Err(PyAttributeError::new_err(name.clone().unbind()).into()),
            }
        })
    }
}

/// A class of fields that convert.
macro_rules! typed_field {
    ($(#[$doc:meta])* $name:ident, $convert:path) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = TypedField, module = "lomi._lomi")]
        pub(crate) struct $name;

        #[pymethods]
        impl $name {
            #[new]
            fn new() -> PyClassInitializer<Self> {
                PyClassInitializer::from(Field::new()).add_subclass(TypedField).add_subclass(Self)
            }

            fn __get__<'py>(
                this: &Bound<'py, Self>,
                model: Option<&Bound<'py, ModelBase>>,
                _owner: Option<&Bound<'py, PyAny>>,
            ) -> PyResult<Option<Bound<'py, PyAny>>> {
                let Some(model) = model else { return Ok(None) };
                guarded(|| {
                    let value = this.as_super().as_super().get().raw(model)?;
                    let Some(value) = value else { return Ok(None) };
                    match value.cast_exact::<PyString>() {
                        Ok(text) => $convert(text),
                        Err(_) => Ok(Some(value)),
                    }
                })
            }
        }
    };
}

typed_field! {
    /// A time: a datetime; the string itself where it is not ISO 8601.
    Moment, moment
}
typed_field! {
    /// A time: a datetime; None where the string is not ISO 8601 (`original` has it).
    Time, time
}
typed_field! {
    /// An identifier: a UUID; the string itself where it is none, such as `cs_123`.
    Identifier, identifier
}

type Converted<'py> = Result<Option<Bound<'py, PyAny>>, BindingError>;

fn moment<'py>(text: &Bound<'py, PyString>) -> Converted<'py> {
    Ok(Some(datetime(text)?.unwrap_or_else(|| text.clone().into_any())))
}

fn time<'py>(text: &Bound<'py, PyString>) -> Converted<'py> {
    datetime(text)
}

fn identifier<'py>(text: &Bound<'py, PyString>) -> Converted<'py> {
    let length = text.len()?;
    match length == 36 || length == 32 {
        true => Ok(Some(convert(text, "identifier")?)),
        false => Ok(Some(text.clone().into_any())),
    }
}

/// The datetime of a string; None where it is not ISO 8601.
fn datetime<'py>(text: &Bound<'py, PyString>) -> Converted<'py> {
    static READ: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = text.py();
    if !text.to_str().is_ok_and(|text| text.len() >= 10 && text.as_bytes().get(4) == Some(&b'-')) {
        return Ok(None);
    }
    let read = READ.get_or_try_init(py, || {
        py.import("datetime")?.getattr("datetime")?.getattr("fromisoformat").map(Bound::unbind)
    })?;
    match read.bind(py).call1((text,)) {
        Ok(read) => return Ok(Some(read)),
        Err(error) if error.is_instance_of::<PyValueError>(py) => {}
        Err(error) => return Err(error.into()),
    }
    // Before Python 3.11 the interpreter reads only some of ISO 8601.
    let converted = convert(text, "moment")?;
    Ok((!converted.is_instance_of::<PyString>()).then_some(converted))
}

/// Converts by a function of `lomi._convert.times_and_ids`.
fn convert<'py>(text: &Bound<'py, PyString>, function: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = text.py();
    let module = python_code::import(py, c"lomi._convert.times_and_ids")?;
    let convert = python_code::attribute(&module, &PyString::intern(py, function))?;
    python_code::call(&convert, (text,))
}
