//! Exceptions: their classes, and the object for a failed call.

mod base;
mod classes;
mod exception;

pub(crate) use base::{is_api_exception, unknown_call};
pub(crate) use classes::declare;
pub(crate) use exception::{exception, payment_required};

/// Registers what all exceptions extend and implement.
pub(crate) fn register() -> Result<(), String> {
    crate::zend::set_exception_maker(exception);
    crate::zend::hide_keys_in_traces();
    base::register()?;
    classes::register()
}
