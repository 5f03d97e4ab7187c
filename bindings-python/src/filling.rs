//! An object that is being filled: the dictionary of its fields, started from the
//! [`Mould`] of the objects before it.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::fault::Fault;
use crate::memo::{Last, Words};
use crate::shapes::{Mould, Shape};

/// What one answer has shown of a model so far.
pub(crate) struct Seen<'py> {
    pub(crate) shape: &'static Shape,
    /// By position of the field. Empty until a second object comes: one alone has
    /// nothing to repeat.
    texts: Vec<Last<'py>>,
    words: Words<'py>,
    mould: Option<Mould>,
    /// The last object that fitted the mould: the next starts as its copy, so that only
    /// what differs has to be put in place.
    previous: Option<Bound<'py, PyDict>>,
    /// What stands in the dictionary that is copied, in the order of the mould. Only ever
    /// compared; `previous` keeps them alive.
    values: Vec<*mut ffi::PyObject>,
    pub(crate) objects: usize,
    /// How many objects of this model are being filled, one within the other.
    open: usize,
}

impl<'py> Seen<'py> {
    pub(crate) fn new(py: Python<'py>, shape: &'static Shape) -> Self {
        // Where another thread is just changing it, this answer goes without.
        let last = shape.last.try_lock().ok();
        let mould = last.and_then(|last| Some(last.mould.as_ref()?.copied(py)));
        let mut seen = Self {
            shape,
            texts: Vec::new(),
            words: Words::default(),
            mould,
            previous: None,
            values: Vec::new(),
            objects: 0,
            open: 0,
        };
        seen.forget(py);
        seen
    }

    /// A text of the field at a position.
    pub(crate) fn text(
        &mut self,
        py: Python<'py>,
        position: usize,
        text: &str,
    ) -> Bound<'py, PyString> {
        // Interning makes every "XOF" one object.
        let word =
            text.len() <= 32 && self.shape.names.get(position).is_some_and(|(_, word)| *word);
        match (word, self.texts.get_mut(position)) {
            (true, Some(_)) => self.words.take(py, text, PyString::intern),
            (true, None) => PyString::intern(py, text),
            (false, Some(last)) => last.take(py, text),
            (false, None) => PyString::new(py, text),
        }
    }

    /// A dictionary to start from.
    pub(crate) fn start(&mut self, py: Python<'py>) -> Result<Fields<'py>, Fault> {
        self.objects += 1;
        if self.objects == 2 {
            self.texts = self.shape.names.iter().map(|_| Last::default()).collect();
        }
        self.open += 1;
        let pattern = match (&self.previous, &self.mould) {
            _ if self.open > 1 => None, // the outer object is in the mould
            (Some(previous), _) => Some(previous),
            (None, Some(mould)) => Some(mould.fields.bind(py)),
            (None, None) => None,
        };
        Ok(match pattern {
            Some(pattern) => Fields { dict: pattern.copy()?, fits: Some(0), order: Vec::new() },
            None => Fields { dict: PyDict::new(py), fits: None, order: Vec::new() },
        })
    }

    /// Sets a field by its position.
    pub(crate) fn set(
        &mut self,
        fields: &mut Fields<'py>,
        position: usize,
        value: &Bound<'py, PyAny>,
    ) -> Result<(), Fault> {
        let py = value.py();
        if let Some(nth) = fields.fits {
            let order = self.mould.as_ref().map_or(&[][..], |mould| &*mould.order);
            if order.get(nth) == Some(&position) {
                fields.fits = Some(nth + 1);
                if let Some(there) = self.values.get_mut(nth)
                    && std::mem::replace(there, value.as_ptr()) == value.as_ptr()
                {
                    return Ok(());
                }
            } else {
                self.misfit(py, fields, nth)?;
            }
        }
        if fields.fits.is_none() {
            fields.order.push(position);
        }
        match self.shape.names.get(position) {
            Some((name, _)) => put(&fields.dict, name.bind(py), value),
            None => Ok(()),
        }
    }

    /// From here on the object differs from the mould: what did not come is taken out.
    fn misfit(
        &mut self,
        py: Python<'py>,
        fields: &mut Fields<'py>,
        nth: usize,
    ) -> Result<(), Fault> {
        let order = self.mould.as_ref().map_or(&[][..], |mould| &*mould.order);
        let (came, rest) = order.split_at_checked(nth).unwrap_or((order, &[]));
        for position in rest {
            if let Some((name, _)) = self.shape.names.get(*position) {
                fields.dict.del_item(name.bind(py))?;
            }
        }
        fields.order.extend_from_slice(came);
        fields.fits = None;
        self.forget(py);
        Ok(())
    }

    /// The next object starts from the bare mould.
    fn forget(&mut self, py: Python<'py>) {
        let fields = self.mould.as_ref().map_or(0, |mould| mould.order.len());
        self.previous = None;
        self.values.clear();
        self.values.resize(fields, py.None().as_ptr());
    }

    /// The finished dictionary. Two objects alike make the mould for those that follow.
    pub(crate) fn end(
        &mut self,
        py: Python<'py>,
        mut fields: Fields<'py>,
    ) -> Result<Bound<'py, PyDict>, Fault> {
        self.open = self.open.saturating_sub(1);
        if let Some(nth) = fields.fits {
            if self.mould.as_ref().is_some_and(|mould| mould.order.len() == nth) {
                self.previous = Some(fields.dict.clone());
                return Ok(fields.dict);
            }
            self.misfit(py, &mut fields, nth)?;
        }
        // A field that came twice has one place only.
        if fields.order.len() == fields.dict.len()
            && !fields.order.is_empty()
            && self.open == 0
            && let Ok(mut last) = self.shape.last.try_lock()
        {
            if last.misfit == fields.order {
                let mould = self.cast(py, &fields.order)?;
                last.mould = Some(mould.copied(py));
                self.mould = Some(mould);
                self.forget(py);
            } else {
                last.misfit = fields.order;
            }
        }
        Ok(fields.dict)
    }

    fn cast(&self, py: Python<'py>, order: &[usize]) -> Result<Mould, Fault> {
        let made = PyDict::new(py);
        let none = py.None().into_bound(py);
        for position in order {
            if let Some((name, _)) = self.shape.names.get(*position) {
                put(&made, name.bind(py), &none)?;
            }
        }
        Ok(Mould { order: order.into(), fields: made.unbind() })
    }

    /// An instance with these fields, without a call of `__init__`.
    pub(crate) fn instance(
        &self,
        fields: &Bound<'py, PyDict>,
        nothing: &Bound<'py, PyTuple>,
    ) -> Result<Bound<'py, PyAny>, Fault> {
        let py = fields.py();
        let class = self.shape.class.bind(py).as_type_ptr();
        // SAFETY: `new` is the slot of this class; what it returns is a new reference or
        // null with an exception set.
        let made = unsafe {
            let made = (self.shape.new)(class, nothing.as_ptr(), std::ptr::null_mut());
            Bound::from_owned_ptr_or_err(py, made)?
        };
        // SAFETY: both are live objects of this interpreter; the class has a `__dict__`.
        let set = unsafe {
            ffi::PyObject_GenericSetDict(made.as_ptr(), fields.as_ptr(), std::ptr::null_mut())
        };
        if set != 0 {
            return Err(PyErr::fetch(py).into());
        }
        Ok(made)
    }
}

/// The fields of one object so far.
pub(crate) struct Fields<'py> {
    pub(crate) dict: Bound<'py, PyDict>,
    /// How many came in the mould's order; nothing when one did not.
    fits: Option<usize>,
    /// The positions in the order in which they came, where there is no mould.
    order: Vec<usize>,
}

/// `dict[name] = value`.
pub(crate) fn put(
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
