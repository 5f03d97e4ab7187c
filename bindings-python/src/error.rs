//! The error type of this crate. `exception` turns it into a Python exception.

use lomi::{Error, ErrorKind, Language, Message, Response};
use pyo3::prelude::*;

/// What a native call can raise.
pub(crate) enum BindingError {
    /// The core refused the call, or the call failed.
    Core(Error),
    /// Python raised: a signal handler, or a constructor of the package.
    Python(PyErr),
}

impl BindingError {
    /// The same error after a response has arrived whose values could not be converted.
    pub(crate) fn after(self, response: &Response) -> Self {
        match self {
            Self::Core(error) => Self::Core(response.add_call_state(error)),
            python => python,
        }
    }

    /// The same error in the language of its client.
    pub(crate) fn in_language(self, language: Option<Language>) -> Self {
        match self {
            Self::Core(error) => Self::Core(error.or_in_language(language)),
            python => python,
        }
    }

    /// The same error where the wrong value is a setting of the client.
    pub(crate) fn of_a_setting(self) -> Self {
        match self {
            Self::Core(error) if error.kind() == ErrorKind::Validation => {
                Self::Core(error.with_kind(ErrorKind::Configuration))
            }
            other => other,
        }
    }
}

impl From<Error> for BindingError {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for BindingError {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// The validation error for a wrong argument.
pub(crate) fn wrong(message: Message) -> BindingError {
    BindingError::Core(Error::new(ErrorKind::Validation, message))
}
