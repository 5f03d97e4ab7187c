//! The Rust value inside a PHP object.

use std::mem::offset_of;

use ext_php_rs::ffi::{zend_object, zend_object_handlers};
use ext_php_rs::types::{ZendObject, Zval};

use super::handle::Object;

/// A Rust value inside PHP objects.
pub(crate) trait Payload: Default + Clone + 'static {
    /// The handlers of objects with this value, made once: see [`payload!`].
    fn handlers() -> &'static zend_object_handlers;

    /// Passes every PHP value that it owns to `visit`, once, so that the engine's collector can
    /// find cycles. A value with another owner must be left out: the collector would free it.
    fn references(&self, visit: &mut dyn FnMut(&Zval));
}

/// The memory of such an object.
#[repr(C)]
pub(super) struct Holder<T> {
    pub(super) payload: T,
    // Must be last: the engine allocates the property slots after it.
    pub(super) object: zend_object,
}

/// The memory around an object that was made by `object::create::<T>`.
pub(super) unsafe fn holder<T>(object: *mut zend_object) -> *mut Holder<T> {
    // SAFETY: the caller knows that the object lies inside a holder.
    unsafe { object.byte_sub(offset_of!(Holder<T>, object)).cast() }
}

/// The Rust value of an object that was made by `create::<T>`.
pub(super) unsafe fn payload_of<'o, T: Payload>(object: *mut zend_object) -> &'o T {
    // SAFETY: the caller knows which type the object holds.
    unsafe { &(*holder::<T>(object)).payload }
}

/// The Rust value inside an object; nothing where it carries none of this type.
pub(crate) fn payload<'o, T: Payload>(object: Object<'o>) -> Option<&'o T> {
    if !std::ptr::eq(object.handlers, T::handlers()) {
        return None;
    }
    // SAFETY: the handlers say that `create::<T>` made it.
    Some(unsafe { &(*holder::<T>(object.as_ptr())).payload })
}

/// The same, to change it.
pub(crate) fn payload_mut<T: Payload>(object: &mut ZendObject) -> Option<&mut T> {
    if !std::ptr::eq(object.handlers, T::handlers()) {
        return None;
    }
    // SAFETY: as above.
    Some(unsafe { &mut (*holder::<T>(object)).payload })
}
