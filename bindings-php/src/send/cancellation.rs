//! Calls that PHP ends: by a signal handler that throws or exits, the time limit, or a fatal error
//! in a callback. A `CancelledError` keeps the idempotency key, the attempts and the outcome.

use ext_php_rs::ffi::zend_object;
use ext_php_rs::types::Zval;
use lomi::ErrorKind;
use lomi::binding::CallHandle;

use crate::zend::{
    AsObject, ClassRef, Thrown, guarded, is_exit, static_property, take_exception,
    update_static_property,
};

/// The static property of `LomiClient` with the last such error. The engine resets it after each
/// request.
pub(crate) const LAST: &str = "lastCancelled";

unsafe extern "C" {
    fn zend_exception_set_previous(exception: *mut zend_object, previous: *mut zend_object);
}

/// The last `CancelledError` of this script; null where there is none.
pub(crate) fn last() -> Zval {
    CLIENT.get().map_or_else(Zval::null, |class| static_property(class, LAST))
}

/// Attaches the call's details to what ended it. An exception of the script gets the
/// `CancelledError` as its previous one; `exit()` and a fatal error leave it in
/// `LomiClient::getLastCancelled()`, for a shutdown function.
pub(crate) fn attach_cancelled_error(thrown: Thrown, progress: &CallHandle) -> Thrown {
    let (error, timed_out) = match &thrown {
        Thrown::Pending | Thrown::Object(_) => (progress.cancelled(), false),
        Thrown::Failure(error) if error.kind() == ErrorKind::Cancelled => {
            (progress.ended(error.clone()), true)
        }
        _ => return thrown,
    };
    let given = match thrown {
        Thrown::Object(exception) => Some(exception),
        Thrown::Pending if !is_exit() => take_exception(),
        _ => None,
    };
    let made = guarded(|| {
        let made = crate::errors::exception(&error).ok()?;
        update_static_property(CLIENT.get()?, LAST, made.shallow_clone());
        Some(made)
    });
    let made = made.ok().flatten();
    match (given, made) {
        (Some(exception), Some(made)) => {
            chain(&exception, made);
            Thrown::Object(exception)
        }
        (Some(exception), None) => Thrown::Object(exception),
        (None, Some(made)) if timed_out => Thrown::Object(made),
        (None, None) if timed_out => Thrown::Failure(error),
        (None, _) => Thrown::Pending,
    }
}

/// Appends an exception to the chain of previous ones, as the engine does where one is
/// thrown while another is handled.
fn chain(exception: &Zval, previous: Zval) {
    let previous = std::mem::ManuallyDrop::new(previous);
    if let (Some(exception), Some(previous)) = (exception.handle(), previous.handle()) {
        // SAFETY: both are live exceptions; the engine takes the reference over.
        unsafe { zend_exception_set_previous(exception.as_ptr(), previous.as_ptr()) };
    }
}

/// `LomiSDK\LomiClient`, registered by the room `client`.
pub(crate) static CLIENT: ClassRef = ClassRef::new();
