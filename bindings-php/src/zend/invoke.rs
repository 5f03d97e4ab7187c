//! Calling PHP: methods, functions and callable values.

use std::ptr;

use ext_php_rs::ffi::_call_user_function_impl;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecutorGlobals;

use super::guard::{guarded, is_bailing};
use super::handle::Object;
use super::thrown::Thrown;
use super::value::{object_zval, string_zval};

/// Calls a method. Where it throws, the exception is pending in the engine.
pub(crate) fn call_method(
    object: Object<'_>,
    name: &str,
    arguments: &mut [Zval],
) -> Result<Zval, Thrown> {
    let mut target = object_zval(object);
    let mut name = string_zval(name);
    call(&raw mut target, &mut name, arguments)
}

/// Calls a function, a closure or any other callable.
pub(crate) fn call_function(name: &str, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut name = string_zval(name);
    call(ptr::null_mut(), &mut name, arguments)
}

/// Calls a callable value.
pub(crate) fn call_value(callable: &Zval, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut callable = callable.shallow_clone();
    call(ptr::null_mut(), &mut callable, arguments)
}

fn call(target: *mut Zval, name: &mut Zval, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut result = Zval::new();
    let count = u32::try_from(arguments.len()).unwrap_or_default();
    if is_bailing() {
        return Err(Thrown::Pending);
    }
    // SAFETY: everything is live for the call; the engine fills the result.
    let called = guarded(|| unsafe {
        _call_user_function_impl(
            target,
            name,
            &raw mut result,
            count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
        )
    })?;
    if ExecutorGlobals::has_exception() {
        return Err(Thrown::Pending);
    }
    if called != 0 {
        return Err(Thrown::defect("a PHP function cannot be called"));
    }
    Ok(result)
}
