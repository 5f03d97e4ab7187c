//! Throwing into PHP, and catching what PHP code throws.

use std::ffi::CString;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    ext_php_rs_executor_globals, zend_ce_error, zend_throw_exception_ex,
    zend_throw_exception_object,
};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};

use super::guard::is_bailing;
use super::instance::is_a;
use super::thrown::Thrown;

/// Makes the exception object of a failed call.
pub(crate) type MakeException = fn(&lomi::Error) -> Result<Zval, Thrown>;

/// Set at module start by `errors`, which this module must not import.
static MAKE_EXCEPTION: OnceLock<MakeException> = OnceLock::new();

/// Sets the function that makes the exception of a failed call. To be called at module start.
pub(crate) fn set_exception_maker(make: MakeException) {
    // It is set already where a web server starts PHP again in the same process.
    let _ = MAKE_EXCEPTION.set(make);
}

fn exception(error: &lomi::Error) -> Result<Zval, Thrown> {
    let make = MAKE_EXCEPTION.get().ok_or(Thrown::Pending)?;
    make(error)
}

impl Thrown {
    /// The exception as a value. The error is `exit()`, which must not be caught.
    pub(crate) fn into_object(self) -> Result<Zval, Self> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Failure(error) => exception(&error),
            other => {
                other.raise();
                if is_exit() { Err(Self::Pending) } else { take_exception().ok_or(Self::Pending) }
            }
        }
    }

    /// Throws it. The caller's Rust values are dropped before PHP code runs again.
    pub(super) fn raise(self) {
        if ExecutorGlobals::has_exception() || is_bailing() {
            return;
        }
        match self {
            Self::Pending => {}
            Self::Plain(class, message) => throw(class, &message),
            Self::Failure(error) => match exception(&error) {
                Ok(object) => throw_object(object),
                // SAFETY: the engine's own class.
                Err(_) => throw(unsafe { zend_ce_error }, &error.to_string()),
            },
            Self::Object(object) => throw_object(object),
        }
    }
}

fn throw(class: *mut ClassEntry, message: &str) {
    let message = CString::new(message.replace('\0', " ")).unwrap_or_default();
    // SAFETY: the format takes one C string, which the engine copies.
    unsafe { zend_throw_exception_ex(class, 0, c"%s".as_ptr(), message.as_ptr()) };
}

fn throw_object(object: Zval) {
    let mut object = ManuallyDrop::new(object);
    // SAFETY: the engine takes the reference over.
    unsafe { zend_throw_exception_object(&raw mut *object) };
}

/// Takes the pending exception from the engine.
pub(crate) fn take_exception() -> Option<Zval> {
    let mut object = ExecutorGlobals::take_exception()?;
    let mut value = Zval::new();
    value.set_object(&mut object);
    Some(value)
}

/// `exit()` travels as an exception that is no `Throwable`.
pub(crate) fn is_exit() -> bool {
    // SAFETY: the globals of this thread.
    let pending = unsafe { (*ext_php_rs_executor_globals()).exception.as_mut() };
    pending.is_some_and(|object| !is_a(object.into(), "Throwable"))
}

/// Whether the script is ending, by `exit()` or a fatal error: no more PHP code runs.
pub(crate) fn is_ending() -> bool {
    is_bailing() || is_exit()
}

/// An exception as a value; `exit()` stays an error.
pub(crate) fn caught(result: Result<Zval, Thrown>) -> Result<Result<Zval, Zval>, Thrown> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(thrown) => Ok(Err(thrown.into_object()?)),
    }
}
