//! Classes by name, and making objects of them.

use std::ptr;

use ext_php_rs::ffi::{HashTable, IS_OBJECT_EX, zend_class_entry, zval};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};

use super::array::{Array, table_mut};
use super::guard::{guarded, is_bailing};
use super::handle::Object;
use super::thrown::Thrown;

unsafe extern "C" {
    fn object_init_ex(value: *mut zval, class: *mut zend_class_entry) -> i32;
    fn zend_symtable_to_proptable(table: *mut HashTable) -> *mut HashTable;
}

/// A class by name; user classes may be loaded for it.
pub(crate) fn class_named(name: &str) -> Option<&'static ClassEntry> {
    if is_bailing() {
        return None;
    }
    guarded(|| ClassEntry::try_find(name)).ok().flatten()
}

/// Whether an object is of a class or interface, by name. Loads nothing that the
/// object could not be an instance of anyway.
pub(crate) fn is_a(object: Object<'_>, name: &str) -> bool {
    class_named(name).is_some_and(|class| object.instance_of(class))
}

/// A new object, its constructor not run.
pub(crate) fn new_object(class: &ClassEntry) -> Result<Zval, Thrown> {
    let mut value = Zval::new();
    // SAFETY: the engine writes an object, or throws.
    let made = unsafe { object_init_ex(&raw mut value, ptr::from_ref(class).cast_mut()) };
    if made == 0 { Ok(value) } else { Err(Thrown::Pending) }
}

/// A copy of an object, as `clone` makes it.
pub(crate) fn clone_object(object: Object<'_>) -> Result<Zval, Thrown> {
    // SAFETY: an object has handlers.
    let clone = unsafe { object.handlers.as_ref() }.and_then(|handlers| handlers.clone_obj);
    let clone = clone.ok_or_else(|| Thrown::defect("an object cannot be cloned"))?;
    // SAFETY: the handler is this object's own, and gives a reference of ours.
    let copy = guarded(|| unsafe { clone(object.as_ptr()) })?;
    let mut value = Zval::new();
    value.value.obj = copy;
    value.u1.type_info = IS_OBJECT_EX;
    if ExecutorGlobals::has_exception() { Err(Thrown::Pending) } else { Ok(value) }
}

/// A `stdClass` with the values of an array.
pub(crate) fn plain_object(values: Array) -> Result<Zval, Thrown> {
    let class = class_named("stdClass").ok_or_else(|| Thrown::defect("there is no stdClass"))?;
    let mut value = new_object(class)?;
    let mut array = values.finish();
    if let (Some(object), Some(table)) = (value.object_mut(), table_mut(&mut array)) {
        // SAFETY: the new object has no property table yet; it takes the array over, with
        // numeric keys turned into names as `(object)` does.
        unsafe { object.properties = zend_symtable_to_proptable(table) };
    }
    Ok(value)
}
