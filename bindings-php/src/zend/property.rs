//! Reading and setting properties, with the scope of the class that declares them.

use std::ffi::c_char;
use std::ptr;

use ext_php_rs::ffi::{
    zend_class_entry, zend_object, zend_read_property, zend_read_static_property,
    zend_update_static_property, zval,
};
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;

use super::handle::Object;

unsafe extern "C" {
    fn zend_update_property(
        scope: *mut zend_class_entry,
        object: *mut zend_object,
        name: *const c_char,
        name_length: usize,
        value: *mut zval,
    );
}

/// Reads a property as the class itself sees it.
pub(crate) fn get_property(object: Object<'_>, scope: &ClassEntry, name: &str) -> Zval {
    let mut room = Zval::new();
    // SAFETY: the engine gives a pointer to the property, or to `room`.
    let found = unsafe {
        zend_read_property(
            ptr::from_ref(scope).cast_mut(),
            object.as_ptr(),
            name.as_ptr().cast(),
            name.len(),
            true,
            &raw mut room,
        )
        .as_ref()
    };
    found.map_or_else(Zval::null, |value| value.dereference().shallow_clone())
}

/// Sets a property as the class itself may.
pub(crate) fn set_property(
    object: &mut ZendObject,
    scope: &ClassEntry,
    name: &str,
    mut value: Zval,
) {
    // SAFETY: the engine takes a reference of its own.
    unsafe {
        zend_update_property(
            ptr::from_ref(scope).cast_mut(),
            object,
            name.as_ptr().cast(),
            name.len(),
            &raw mut value,
        );
    }
}

/// Reads a static property, which the engine empties between requests.
pub(crate) fn static_property(class: &ClassEntry, name: &str) -> Zval {
    // SAFETY: as above.
    let found = unsafe {
        zend_read_static_property(
            ptr::from_ref(class).cast_mut(),
            name.as_ptr().cast(),
            name.len(),
            true,
        )
        .as_ref()
    };
    found.map_or_else(Zval::null, |value| value.dereference().shallow_clone())
}

/// Sets a static property.
pub(crate) fn update_static_property(class: &ClassEntry, name: &str, mut value: Zval) {
    // SAFETY: as above.
    unsafe {
        zend_update_static_property(
            ptr::from_ref(class).cast_mut(),
            name.as_ptr().cast(),
            name.len(),
            &raw mut value,
        );
    }
}
