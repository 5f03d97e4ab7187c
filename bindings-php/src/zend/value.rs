//! PHP values made from Rust values.

use ext_php_rs::ffi::{
    GC_IMMUTABLE, IS_INTERNED_STRING_EX, IS_OBJECT_EX, IS_STRING, IS_STRING_EX,
    ext_php_rs_zend_string_init, zend_string,
};
use ext_php_rs::types::{ZendStr, Zval};

use super::handle::Object;

/// An interned string, for keys that are used often. To be called at module start only.
pub(crate) fn interned(text: &str) -> *mut zend_string {
    ZendStr::new_interned(text, true).into_raw()
}

/// A string.
pub(crate) fn string_zval(text: &str) -> Zval {
    bytes_zval(text.as_bytes())
}

/// A string of any bytes.
pub(crate) fn bytes_zval(text: &[u8]) -> Zval {
    let mut value = Zval::new();
    // SAFETY: the engine copies the bytes; the value owns the one reference there is. The engine
    // interns the shortest strings and does not count their references.
    unsafe {
        let made = ext_php_rs_zend_string_init(text.as_ptr().cast(), text.len(), false);
        let counted = (*made).gc.u.type_info & GC_IMMUTABLE == 0;
        value.u1.type_info = if counted { IS_STRING_EX } else { IS_STRING };
        value.value.str_ = made;
    }
    value
}

/// A reference to an object.
pub(crate) fn object_zval(object: Object<'_>) -> Zval {
    let mut value = Zval::new();
    let object = object.as_ptr();
    // SAFETY: the object is live; one more reference to it is counted.
    unsafe { (*object).gc.refcount += 1 };
    value.value.obj = object;
    value.u1.type_info = IS_OBJECT_EX;
    value
}

/// A string for a declaration, such as the default of a property.
pub(crate) fn interned_zval(text: &str) -> Zval {
    let mut value = Zval::new();
    value.u1.type_info = IS_INTERNED_STRING_EX;
    value.value.str_ = interned(text);
    value
}

/// An int.
pub(crate) fn long(number: i64) -> Zval {
    let mut value = Zval::new();
    value.set_long(number);
    value
}

/// A float.
pub(crate) fn double(value: f64) -> Zval {
    let mut zval = Zval::new();
    zval.set_double(value);
    zval
}

/// `true` or `false`.
pub(crate) fn boolean(value: bool) -> Zval {
    let mut zval = Zval::new();
    zval.set_bool(value);
    zval
}
