//! Calling PHP: methods, functions and callable values.

use std::ffi::c_void;
use std::ptr;

use ext_php_rs::ffi::{
    _call_user_function_impl, compiler_globals, zend_function, zend_hash_str_find,
    zend_hash_str_find_ptr_lc,
};
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};

use super::guard::{guarded, is_bailing};
use super::handle::Object;
use super::thrown::Thrown;
use super::value::{object_zval, string_zval};

unsafe extern "C" {
    fn zend_call_known_function(
        function: *mut zend_function,
        object: *mut ZendObject,
        class: *mut ClassEntry,
        result: *mut Zval,
        count: u32,
        arguments: *mut Zval,
        named: *mut c_void,
    );
}

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

/// The same; nothing where php.ini disables the function.
pub(crate) fn call_enabled(name: &str, arguments: &mut [Zval]) -> Result<Option<Zval>, Thrown> {
    // SAFETY: the engine's table of functions, which is only read.
    let found = unsafe {
        let table = compiler_globals.function_table;
        zend_hash_str_find(table, name.as_ptr().cast(), name.len())
    };
    if found.is_null() { Ok(None) } else { call_function(name, arguments).map(Some) }
}

/// Calls a callable value.
pub(crate) fn call_value(callable: &Zval, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut callable = callable.shallow_clone();
    call(ptr::null_mut(), &mut callable, arguments)
}

/// Whether a script's subclass has its own version of a method of `base`. The name is in lower case.
pub(crate) fn is_overridden(object: Object<'_>, base: &ClassEntry, name: &str) -> bool {
    // SAFETY: null, or a function of the class.
    let found = unsafe { method_of(object, name).as_ref() };
    // SAFETY: every function has this part.
    found.is_some_and(|found| !ptr::eq(unsafe { found.common.scope }, base))
}

/// The method of an object's class by its name in lower case; null if there is none.
fn method_of(object: Object<'_>, name: &str) -> *mut zend_function {
    // SAFETY: an object has a class, whose table holds functions.
    unsafe {
        let table = &raw const (*object.ce).function_table;
        zend_hash_str_find_ptr_lc(table, name.as_ptr().cast(), name.len()).cast()
    }
}

/// Calls a method without arguments that may be protected, as the class itself would. The name is in
/// lower case.
pub(crate) fn call_protected(object: Object<'_>, name: &str) -> Result<Zval, Thrown> {
    let (mut result, method) = (Zval::new(), method_of(object, name));
    if is_bailing() || method.is_null() {
        return Err(Thrown::Pending);
    }
    let no_names = ptr::null_mut();
    // SAFETY: the object and its method are live for the call; the engine fills the result.
    guarded(|| unsafe {
        let object = object.as_ptr();
        let class = (*object).ce;
        zend_call_known_function(
            method,
            object,
            class,
            &raw mut result,
            0,
            ptr::null_mut(),
            no_names,
        );
    })?;
    if ExecutorGlobals::has_exception() { Err(Thrown::Pending) } else { Ok(result) }
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
