//! A handle on a PHP object. References count themselves inside the object, and code in
//! PHP changes it, so a Rust `&ZendObject` in a signature would promise the compiler what
//! does not hold (and it does make use of that): what calls into the engine takes this.

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

use ext_php_rs::types::{ZendObject, Zval};

/// An object that lives at least as long as `'a`.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a>(NonNull<ZendObject>, PhantomData<&'a Zval>);

impl Object<'_> {
    pub(crate) fn as_ptr(self) -> *mut ZendObject {
        self.0.as_ptr()
    }
}

/// For reading what does not change: the class and the handlers.
impl Deref for Object<'_> {
    type Target = ZendObject;

    fn deref(&self) -> &ZendObject {
        // SAFETY: the value that it was taken from keeps the object alive.
        unsafe { self.0.as_ref() }
    }
}

impl<'a> From<&'a mut ZendObject> for Object<'a> {
    fn from(object: &'a mut ZendObject) -> Self {
        Self(NonNull::from(object), PhantomData)
    }
}

/// The object of a value.
pub(crate) trait AsObject {
    /// Nothing where the value is no object. References are followed.
    fn handle(&self) -> Option<Object<'_>>;
}

impl AsObject for Zval {
    fn handle(&self) -> Option<Object<'_>> {
        let value = self.dereference();
        if !value.is_object() {
            return None;
        }
        // SAFETY: the value says that it holds an object.
        NonNull::new(unsafe { value.value.obj }).map(|object| Object(object, PhantomData))
    }
}
