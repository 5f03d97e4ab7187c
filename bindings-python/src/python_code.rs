//! Calls of Python code that native code waits for.
//!
//! While the interpreter ends, a Python before 3.14 ends every daemon thread that asks for the
//! interpreter with `pthread_exit`. That unwinds the thread's stack by force, and a process whose
//! compiled code catches such an unwinding is aborted. The functions here stop it directly above
//! the Python code: the thread sleeps until the process ends, as Python 3.14 has it do. PyO3
//! does the same where it takes the interpreter, but not where it calls Python code.

use std::ffi::{CStr, c_char};
use std::hint::black_box;
use std::mem::{forget, transmute};

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

/// Imports a module.
pub(crate) fn import<'py>(py: Python<'py>, name: &CStr) -> PyResult<Bound<'py, PyAny>> {
    type Import = unsafe extern "C-unwind" fn(*const c_char) -> *mut PyObject;
    // SAFETY: the same function, of which the compiler must not assume that it returns.
    let import = unsafe {
        transmute::<unsafe extern "C" fn(*const c_char) -> *mut PyObject, Import>(
            ffi::PyImport_ImportModule,
        )
    };
    let import = black_box(import);
    // SAFETY: the name ends with a zero.
    let module = stop_unwinding(|| unsafe { import(name.as_ptr()) });
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, module) }
}

/// `of.name`. A module or a class may run code for it.
pub(crate) fn attribute<'py>(
    of: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    type GetAttr = unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
    // SAFETY: as in `import`.
    let get = unsafe {
        transmute::<unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject, GetAttr>(
            ffi::PyObject_GetAttr,
        )
    };
    let get = black_box(get);
    let (object, name) = (of.as_ptr(), name.as_ptr());
    // SAFETY: both are live objects.
    let value = stop_unwinding(|| unsafe { get(object, name) });
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(of.py(), value) }
}

/// `callable(*arguments)`.
pub(crate) fn call<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
) -> PyResult<Bound<'py, PyAny>> {
    type Call =
        unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    // SAFETY: as in `import`.
    let call = unsafe {
        transmute::<
            unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject,
            Call,
        >(ffi::PyObject_Call)
    };
    let call = black_box(call);
    let arguments = arguments.into_pyobject(callable.py())?;
    let (function, tuple) = (callable.as_ptr(), arguments.as_ptr());
    // SAFETY: both are live objects, the second a tuple.
    let result = stop_unwinding(|| unsafe { call(function, tuple, std::ptr::null_mut()) });
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(callable.py(), result) }
}

/// Runs a call into Python, and nothing else. If it is unwound, this thread sleeps for ever.
fn stop_unwinding<T>(work: impl FnOnce() -> T) -> T {
    let guard = SleepForEver;
    let result = work();
    forget(guard);
    result
}

struct SleepForEver;

impl Drop for SleepForEver {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}
