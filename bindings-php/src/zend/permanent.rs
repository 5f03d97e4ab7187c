//! Arrays that outlive every request, for constants of classes.

use std::ptr;

use ext_php_rs::ffi::{zend_hash_next_index_insert, zend_hash_update};
use ext_php_rs::types::Zval;

use super::value::interned;

/// A constant array that the engine may keep for the life of the process.
pub(crate) struct PersistentArray(*mut ext_php_rs::ffi::HashTable);

unsafe extern "C" {
    fn _zend_hash_init(
        table: *mut ext_php_rs::ffi::HashTable,
        size: u32,
        destructor: *const std::ffi::c_void,
        persistent: bool,
    );
}

impl PersistentArray {
    pub(crate) fn new() -> Self {
        // SAFETY: a table outside the request's memory, never freed; zeroed memory is what
        // the engine initialises.
        unsafe {
            let table = Box::into_raw(Box::<ext_php_rs::ffi::HashTable>::new(std::mem::zeroed()));
            _zend_hash_init(table, 8, ptr::null(), true);
            Self(table)
        }
    }

    pub(crate) fn set(&mut self, key: &str, value: Zval) {
        let mut value = std::mem::ManuallyDrop::new(value);
        // SAFETY: the table is ours alone.
        unsafe { zend_hash_update(self.0, interned(key), &raw mut *value) };
    }

    pub(crate) fn push(&mut self, value: Zval) {
        let mut value = std::mem::ManuallyDrop::new(value);
        // SAFETY: as above.
        unsafe { zend_hash_next_index_insert(self.0, &raw mut *value) };
    }

    pub(crate) fn finish(self) -> Zval {
        let mut value = Zval::new();
        // SAFETY: marked as the engine marks its own constants: never counted or freed.
        unsafe {
            (*self.0).gc.refcount = 2;
            (*self.0).gc.u.type_info |=
                ext_php_rs::ffi::GC_IMMUTABLE << ext_php_rs::ffi::GC_FLAGS_SHIFT;
        }
        value.value.arr = self.0;
        value.u1.type_info = ext_php_rs::ffi::IS_ARRAY;
        value
    }
}
