//! What a method may throw.

use ext_php_rs::ffi::{zend_ce_argument_count_error, zend_ce_type_error};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};
use lomi::binding::{Argument, messages};
use lomi::{Language, Message};

unsafe extern "C" {
    static mut spl_ce_InvalidArgumentException: *mut ClassEntry;
}

/// What a method may throw.
pub(crate) enum Thrown {
    /// PHP code has thrown an exception, and the engine has it.
    Pending,
    /// A failed call; it is thrown as the class of its kind.
    Failure(lomi::Error),
    /// An exception object.
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
    /// The same for a response whose values could not be created.
    pub(crate) fn after(self, response: &lomi::Response) -> Self {
        match self {
            Self::Failure(error) => Self::Failure(response.add_call_state(error)),
            other => other,
        }
    }

    /// The same in the language of its client.
    pub(crate) fn in_language(self, language: Option<Language>) -> Self {
        match self {
            Self::Failure(error) => Self::Failure(error.or_in_language(language)),
            other => other,
        }
    }

    /// A defect of this extension.
    pub(crate) fn defect(what: &str) -> Self {
        Self::Failure(lomi::Error::internal(what))
    }

    /// A wrong argument. Nothing was sent.
    pub(crate) fn validation(what: Message) -> Self {
        Self::Failure(lomi::Error::new(lomi::ErrorKind::Validation, what))
    }

    /// A string in another encoding. Its bytes are not repeated: they may be a key.
    pub(crate) fn not_utf8(what: impl Argument) -> Self {
        let example = "mb_convert_encoding($text, 'UTF-8', 'ISO-8859-1')";
        Self::validation(messages::not_utf(what, example))
    }

    /// A configuration that cannot be used.
    pub(crate) fn configuration(what: Message) -> Self {
        Self::Failure(lomi::Error::new(lomi::ErrorKind::Configuration, what))
    }

    /// PHP's own `\InvalidArgumentException`, where the documented classes throw it.
    pub(crate) fn invalid_argument(what: impl Into<String>) -> Self {
        // SAFETY: SPL's own class, set before any module starts.
        Self::Plain(unsafe { spl_ce_InvalidArgumentException }, what.into())
    }

    pub(crate) fn type_error(what: String) -> Self {
        // SAFETY: the engine's own class, set before any module starts.
        Self::Plain(unsafe { zend_ce_type_error }, what)
    }

    pub(crate) fn argument_count(what: String) -> Self {
        // SAFETY: as above.
        Self::Plain(unsafe { zend_ce_argument_count_error }, what)
    }
}
