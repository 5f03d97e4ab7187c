//! Which Guzzle is installed, and what its objects can do.

use crate::zend::{Object, Thrown, call_function, object_zval, string_zval};

/// The first number of Guzzle's version, 0 where it does not say: before 7.
pub(super) fn major_version() -> i64 {
    let name = || string_zval("GuzzleHttp\\ClientInterface::MAJOR_VERSION");
    let defined = call_function("defined", &mut [name()]);
    if !defined.is_ok_and(|defined| defined.is_true()) {
        return 0;
    }
    call_function("constant", &mut [name()]).ok().and_then(|number| number.long()).unwrap_or(0)
}

/// Whether an object has a method. Versions of Guzzle differ in that.
pub(super) fn has_method(object: Object<'_>, name: &str) -> Result<bool, Thrown> {
    let arguments = &mut [object_zval(object), string_zval(name)];
    Ok(call_function("method_exists", arguments)?.is_true())
}
