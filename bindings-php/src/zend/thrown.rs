//! What a method may throw.

use std::ffi::CString;

use ext_php_rs::ffi::{
    ext_php_rs_executor_globals, zend_ce_argument_count_error, zend_ce_error, zend_ce_type_error,
    zend_throw_exception_ex, zend_throw_exception_object,
};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};

/// What a method throws.
pub(crate) enum Thrown {
    /// An exception of PHP code that is on its way already.
    Pending,
    /// A failed call, as its own class.
    Failure(lomi::Error),
    /// An exception that stands ready.
    Object(Zval),
    /// An exception of one of PHP's own classes.
    Plain(*mut ClassEntry, String),
}

impl From<lomi::Error> for Thrown {
    fn from(error: lomi::Error) -> Self {
        Self::Failure(error)
    }
}

impl From<ext_php_rs::error::Error> for Thrown {
    fn from(error: ext_php_rs::error::Error) -> Self {
        if ExecutorGlobals::has_exception() {
            return Self::Pending;
        }
        Self::defect(&error.to_string())
    }
}

impl Thrown {
    /// The same where a response had come already, whose values could not be handed over.
    pub(crate) fn after(self, reply: &lomi::Reply) -> Self {
        match self {
            Self::Failure(error) => Self::Failure(reply.unusable(error)),
            other => other,
        }
    }

    /// Something that cannot happen.
    pub(crate) fn defect(what: &str) -> Self {
        Self::Failure(lomi::Error::internal(what))
    }

    /// An argument that is wrong, said before anything is sent.
    pub(crate) fn validation(what: impl Into<String>) -> Self {
        Self::Failure(lomi::Error::new(lomi::ErrorKind::Validation, what))
    }

    /// A string in another encoding. Its bytes are not repeated: they may be a key.
    pub(crate) fn not_utf8(what: &str) -> Self {
        Self::validation(format!(
            "{what} is not valid UTF-8; convert it first, for example with \
             mb_convert_encoding($text, 'UTF-8', 'ISO-8859-1')"
        ))
    }

    /// A set-up that cannot be used.
    pub(crate) fn configuration(what: impl Into<String>) -> Self {
        Self::Failure(lomi::Error::new(lomi::ErrorKind::Configuration, what))
    }

    /// PHP's own `\InvalidArgumentException`, where the documented classes throw it.
    pub(crate) fn invalid_argument(what: impl Into<String>) -> Self {
        match super::value::class_named("InvalidArgumentException") {
            Some(class) => Self::Plain(std::ptr::from_ref(class).cast_mut(), what.into()),
            None => Self::validation(what),
        }
    }

    pub(crate) fn type_error(what: String) -> Self {
        // SAFETY: the engine's own class, set before any module starts.
        Self::Plain(unsafe { zend_ce_type_error }, what)
    }

    pub(crate) fn argument_count(what: String) -> Self {
        // SAFETY: as above.
        Self::Plain(unsafe { zend_ce_argument_count_error }, what)
    }

    /// The exception as a value. The error is `exit()`, which nobody may catch.
    pub(crate) fn into_object(self) -> Result<Zval, Self> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Failure(error) => crate::errors::classes::exception(&error),
            other => {
                other.raise();
                if is_exit() { Err(Self::Pending) } else { take_exception().ok_or(Self::Pending) }
            }
        }
    }

    /// Throws it. Everything of ours is dropped before PHP code can run again.
    pub(super) fn raise(self) {
        if ExecutorGlobals::has_exception() || super::guard::is_bailing() {
            return;
        }
        match self {
            Self::Pending => {}
            Self::Plain(class, message) => throw(class, &message),
            Self::Failure(error) => match crate::errors::classes::exception(&error) {
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
    let mut object = std::mem::ManuallyDrop::new(object);
    // SAFETY: the engine takes the reference over.
    unsafe { zend_throw_exception_object(&raw mut *object) };
}

/// Takes an exception that PHP code has thrown out of the engine's hands.
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
    pending.is_some_and(|object| !super::value::is_a(object.into(), "Throwable"))
}
