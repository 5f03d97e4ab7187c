//! Methods of classes that are about to be registered.

use std::any::Any;
use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::ptr;

use ext_php_rs::ffi::{
    zend_function, zend_function_entry, zend_hash_add_new, zend_hash_str_find_ptr_lc,
    zend_internal_arg_info, zend_internal_function, zend_string,
};
use ext_php_rs::types::{ZendStr, Zval};
use ext_php_rs::zend::ClassEntry;

use super::call::Handler;
use super::signature::{self, Signature};

/// A method, which several classes may have.
#[derive(Clone, Copy)]
pub(crate) struct Method {
    pub(super) entry: zend_function_entry,
    /// Positions of the arguments whose values stack traces must not show.
    pub(super) sensitive: &'static [u32],
    copies: Option<&'static Copies>,
    /// The arguments are of this method alone.
    is_alone: bool,
}

/// A method of the first class that has it, with its name in lower case, for the others to copy.
struct Copies {
    first: Cell<*const zend_internal_function>,
    key: Cell<*mut zend_string>,
}

/// The engine's `ZEND_ACC_ARENA_ALLOCATED`: the function table does not free the function.
const NOT_FREED: u32 = 1 << 25;

impl Method {
    /// By its PHP declaration.
    pub(crate) fn new(declaration: &str, handler: Option<Handler>) -> Result<Self, String> {
        let Signature { name, flags, arguments } = Signature::parse(declaration)?;
        // SAFETY: the fields that are not set below may be null.
        let mut entry: zend_function_entry = unsafe { std::mem::zeroed() };
        entry.fname = name;
        entry.flags = flags;
        entry.handler = handler;
        entry.num_args = u32::try_from(arguments.table.len() - 1).unwrap_or_default();
        entry.arg_info = arguments.table.as_ptr();
        Ok(Self { entry, sensitive: arguments.sensitive, copies: None, is_alone: false })
    }

    /// The same for a handler of many methods: `what` is attached to this one, and
    /// [`Call::attached`](super::Call::attached) returns it.
    pub(crate) fn with<T: Any + Sync>(
        declaration: &str,
        handler: Handler,
        what: T,
    ) -> Result<Self, String> {
        Ok(Self::new(declaration, Some(handler))?.attach(what))
    }

    /// A method with the same arguments under another name.
    pub(crate) fn renamed<T: Any + Sync>(mut self, name: &str, what: T) -> Result<Self, String> {
        self.entry.fname =
            signature::method_name(name).ok_or_else(|| format!("the name {name:?} has a NUL"))?;
        Ok(self.attach(what))
    }

    /// The classes after the first one take a copy, as subclasses do of what they inherit: a
    /// fraction of the work of registering. Only for methods without types, whose arguments the
    /// engine does not own, and without a meaning of their own, such as constructors.
    pub(crate) fn copied(mut self) -> Self {
        let copies = Copies { first: Cell::new(ptr::null()), key: Cell::new(ptr::null_mut()) };
        self.copies = Some(Box::leak(Box::new(copies)));
        self
    }

    /// Whether a class has it already, and others can copy it.
    pub(super) fn is_registered(&self) -> bool {
        self.copies.is_some_and(|copies| !copies.first.get().is_null())
    }

    /// Lets other classes copy the method of this class.
    pub(super) fn keep(&self, class: &ClassEntry) {
        let Some(copies) = self.copies.filter(|copies| copies.first.get().is_null()) else {
            return;
        };
        copies.first.set(self.find(class).cast());
        // SAFETY: the name ends with a NUL and is kept until all classes are registered.
        let name = unsafe { CStr::from_ptr(self.entry.fname) }.to_bytes().to_ascii_lowercase();
        copies.key.set(ZendStr::new_interned(&name, true).into_raw());
    }

    /// The method in a class's table.
    pub(super) fn find(&self, class: &ClassEntry) -> *mut zend_function {
        // SAFETY: as above; the function table is keyed in lower case.
        unsafe {
            let name = CStr::from_ptr(self.entry.fname).to_bytes().to_ascii_lowercase();
            let table = &raw const class.function_table;
            zend_hash_str_find_ptr_lc(table, name.as_ptr().cast(), name.len()).cast()
        }
    }

    /// Frees the arguments if the engine has made a copy of its own, as it does where they have
    /// types.
    pub(super) fn free_arguments(&self, class: &ClassEntry) {
        if !self.is_alone {
            return;
        }
        // SAFETY: the method is in the class's table, and is an internal one.
        let used = unsafe { self.find(class).as_ref() }
            .map(|function| unsafe { function.internal_function.arg_info.sub(1) }.cast_const());
        if used.is_none_or(|used| ptr::eq(used, self.entry.arg_info)) {
            return;
        }
        let length = self.entry.num_args as usize + 1;
        let arguments = ptr::slice_from_raw_parts_mut(self.entry.arg_info.cast_mut(), length);
        // SAFETY: `attach` made the box, and only this method has it.
        drop(unsafe { Box::from_raw(arguments) });
    }

    /// Copies methods into a class.
    pub(super) fn copy(methods: &[&Self], class: &mut ClassEntry) {
        let mut functions = Vec::with_capacity(methods.len());
        let copies = || methods.iter().filter_map(|method| method.copies);
        for copies in copies() {
            // SAFETY: the engine keeps the first class's function as long as the process runs.
            let mut function = unsafe { ptr::read(copies.first.get()) };
            function.scope = class;
            function.fn_flags |= NOT_FREED;
            functions.push(function);
        }
        for (function, copies) in functions.leak().iter_mut().zip(copies()) {
            let mut value = Zval::new();
            value.value.ptr = ptr::from_mut(function).cast();
            value.u1.type_info = ext_php_rs::ffi::IS_PTR;
            // SAFETY: no method of the class has this name; the key is interned.
            unsafe {
                zend_hash_add_new(&raw mut class.function_table, copies.key.get(), &raw mut value);
            }
            std::mem::forget(value);
        }
    }

    fn attach<T: Any + Sync>(mut self, what: T) -> Self {
        let what: &'static dyn Any = Box::leak(Box::new(what));
        let what: &'static &'static dyn Any = Box::leak(Box::new(what));
        // SAFETY: the table has one entry more than there are arguments, see `new`. The entries
        // are plain, and what they point to is never freed.
        let mut arguments: Vec<zend_internal_arg_info> = unsafe {
            std::slice::from_raw_parts(self.entry.arg_info, self.entry.num_args as usize + 1)
        }
        .iter()
        .map(|argument| unsafe { ptr::read(argument) })
        .collect();
        if let Some(head) = arguments.first_mut() {
            // The engine does not read the default value of a return type, so the pointer is
            // stored there.
            head.default_value = ptr::from_ref(what).cast::<c_char>();
        }
        self.entry.arg_info = Box::leak(arguments.into_boxed_slice()).as_ptr();
        self.is_alone = true;
        self
    }
}
