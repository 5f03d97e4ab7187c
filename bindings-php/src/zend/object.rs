//! Objects that carry a Rust value, invisible to PHP: not printed, not compared, not
//! serialized. A clone carries a copy.

use std::mem::offset_of;

use ext_php_rs::ffi::{
    ext_php_rs_zend_object_alloc, object_properties_init, std_object_handlers, zend_class_entry,
    zend_object, zend_object_handlers, zend_object_std_dtor, zend_object_std_init,
    zend_objects_clone_members,
};

use super::payload::{Holder, Payload, holder};

/// Makes a type a [`Payload`]; one that owns PHP values says how to walk through them.
macro_rules! payload_type {
    ($type:ty) => {
        payload_type!($type, |_, _| {});
    };
    ($type:ty, $references:expr) => {
        impl $crate::zend::Payload for $type {
            fn references(&self, visit: &mut dyn FnMut(&ext_php_rs::types::Zval)) {
                let references: fn(&$type, &mut dyn FnMut(&ext_php_rs::types::Zval)) = $references;
                references(self, visit);
            }

            fn handlers() -> &'static ext_php_rs::ffi::zend_object_handlers {
                static HANDLERS: std::sync::OnceLock<ext_php_rs::ffi::zend_object_handlers> =
                    std::sync::OnceLock::new();
                HANDLERS.get_or_init($crate::zend::handlers_of::<$type>)
            }
        }
    };
}
pub(crate) use payload_type;

pub(crate) fn handlers_of<T: Payload>() -> zend_object_handlers {
    // SAFETY: the engine's own table, set before any module starts.
    let mut handlers = unsafe { std_object_handlers };
    handlers.offset = i32::try_from(offset_of!(Holder<T>, object)).unwrap_or_default();
    handlers.free_obj = Some(free::<T>);
    handlers.clone_obj = Some(clone::<T>);
    handlers.get_gc = Some(super::gc::get_gc::<T>);
    handlers
}

pub(super) unsafe extern "C" fn create<T: Payload>(
    class: *mut zend_class_entry,
) -> *mut zend_object {
    // SAFETY: called by the engine with a class; the allocation has room for the holder
    // and for the class's property slots behind it.
    unsafe {
        let holder =
            ext_php_rs_zend_object_alloc(size_of::<Holder<T>>(), class).cast::<Holder<T>>();
        (&raw mut (*holder).payload).write(T::default());
        let object = &raw mut (*holder).object;
        zend_object_std_init(object, class);
        object_properties_init(object, class);
        (*object).handlers = T::handlers();
        object
    }
}

unsafe extern "C" fn free<T: Payload>(object: *mut zend_object) {
    // SAFETY: only objects made by `create` have this handler.
    unsafe {
        holder::<T>(object).cast::<T>().drop_in_place();
        zend_object_std_dtor(object);
    }
}

unsafe extern "C" fn clone<T: Payload>(object: *mut zend_object) -> *mut zend_object {
    // SAFETY: as above.
    unsafe {
        let copy = create::<T>((*object).ce);
        (*holder::<T>(copy)).payload = (*holder::<T>(object)).payload.clone();
        zend_objects_clone_members(copy, object);
        copy
    }
}
