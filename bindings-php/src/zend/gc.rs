//! Tells the engine's cycle collector which PHP values an object's Rust value owns. Without it, a
//! client whose logger refers to the client is never freed.

use std::cell::RefCell;
use std::ffi::c_int;
use std::mem::ManuallyDrop;

use ext_php_rs::ffi::{HashTable, zend_object, zval};
use ext_php_rs::types::Zval;

use super::payload::{Payload, payload_of};

unsafe extern "C" {
    fn zend_std_get_gc(
        object: *mut zend_object,
        table: *mut *mut zval,
        count: *mut c_int,
    ) -> *mut HashTable;
}

thread_local! {
    /// The values of the last object. The collector reads them before it calls the next one.
    static VALUES: RefCell<Vec<ManuallyDrop<Zval>>> = const { RefCell::new(Vec::new()) };
}

/// The values of an object's properties and of its Rust value.
pub(super) unsafe extern "C" fn get_gc<T: Payload>(
    object: *mut zend_object,
    table: *mut *mut zval,
    count: *mut c_int,
) -> *mut HashTable {
    // SAFETY: only objects made by `create::<T>` have this handler; the engine gives room
    // for the values. Values are copied bit by bit, and neither counted nor dropped.
    unsafe {
        let properties = zend_std_get_gc(object, table, count);
        let _ = VALUES.try_with(|values| {
            let Ok(mut values) = values.try_borrow_mut() else { return };
            values.clear();
            payload_of::<T>(object).references(&mut |value| {
                values.push(ManuallyDrop::new(std::ptr::from_ref(value).read()));
            });
            if values.is_empty() {
                return;
            }
            for position in 0..usize::try_from(*count).unwrap_or_default() {
                values.push(ManuallyDrop::new((*table).add(position).read()));
            }
            *table = values.as_mut_ptr().cast();
            *count = c_int::try_from(values.len()).unwrap_or_default();
        });
        properties
    }
}
