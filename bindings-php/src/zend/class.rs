//! Declaring classes, at module start or when a script first names one: see [`super::late`].

use std::any::Any;
use std::ffi::{c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::ffi::{
    IS_UNDEF, ZEND_ACC_ABSTRACT, ZEND_ACC_FINAL, ZEND_ACC_INTERFACE,
    ZEND_ACC_NO_DYNAMIC_PROPERTIES, ZEND_ACC_NOT_SERIALIZABLE, ZEND_ACC_PRIVATE,
    ZEND_ACC_PROTECTED, ZEND_ACC_PUBLIC, ZEND_ACC_STATIC, zend_class_entry,
    zend_declare_class_constant_ex, zend_declare_property, zend_do_implement_interface,
    zend_function_entry, zend_object, zend_register_internal_class_ex,
    zend_register_internal_interface, zend_string, zval,
};
use ext_php_rs::types::{ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ZendType};

use super::call::Handler;
use super::late;
use super::method::Method;
use super::payload::Payload;
use super::signature;

unsafe extern "C" {
    fn zend_add_attribute(
        attributes: *mut *mut c_void,
        name: *mut zend_string,
        argc: u32,
        flags: u32,
        offset: u32,
        lineno: u32,
    ) -> *mut c_void;
    fn zend_declare_typed_property(
        class: *mut zend_class_entry,
        name: *mut zend_string,
        default: *mut zval,
        flags: c_int,
        comment: *mut zend_string,
        ty: ZendType,
    ) -> *mut c_void;
    fn zend_register_class_alias_ex(
        name: *const c_char,
        name_length: usize,
        class: *mut zend_class_entry,
        persistent: bool,
    ) -> c_int;
}

/// The engine's `ZEND_ACC_READONLY`.
const READ_ONLY: u32 = 1 << 7;

/// A registered class, filled when it is declared.
pub(crate) struct ClassRef(AtomicPtr<ClassEntry>);

impl ClassRef {
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    pub(crate) fn raw(&self) -> *mut ClassEntry {
        self.0.load(Ordering::Relaxed)
    }

    /// The class; nothing before it is registered.
    pub(crate) fn get(&self) -> Option<&'static ClassEntry> {
        // SAFETY: set at module start, to a class entry that the engine keeps until it shuts down.
        unsafe { self.raw().as_ref() }
    }
}

type Create = unsafe extern "C" fn(*mut zend_class_entry) -> *mut zend_object;

/// A class about to be registered.
pub(crate) struct Class {
    name: String,
    parent: *mut ClassEntry,
    interfaces: Vec<*mut ClassEntry>,
    methods: Vec<Method>,
    properties: Vec<(&'static str, u32, Zval)>,
    read_only: Vec<(ZendType, &'static str)>,
    constants: Vec<(String, Zval)>,
    create: Option<Create>,
    flags: u32,
    wrong: Option<String>,
}

impl Class {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            parent: ptr::null_mut(),
            interfaces: Vec::new(),
            methods: Vec::new(),
            properties: Vec::new(),
            read_only: Vec::new(),
            constants: Vec::new(),
            create: None,
            flags: 0,
            wrong: None,
        }
    }

    pub(crate) fn interface(name: impl Into<String>) -> Self {
        Self { flags: ZEND_ACC_INTERFACE, ..Self::new(name) }
    }

    pub(crate) fn extends(mut self, parent: *mut ClassEntry) -> Self {
        self.parent = parent;
        self
    }

    pub(crate) fn implements(mut self, interface: *mut ClassEntry) -> Self {
        self.interfaces.push(interface);
        self
    }

    /// The objects carry a Rust value. Such objects cannot be serialized.
    pub(crate) fn with_payload<T: Payload>(mut self) -> Self {
        self.create = Some(super::object::create::<T>);
        self.flags |= ZEND_ACC_NOT_SERIALIZABLE;
        self
    }

    /// The objects carry a Rust value that serialization leaves out.
    pub(crate) fn with_transient_payload<T: Payload>(mut self) -> Self {
        self.create = Some(super::object::create::<T>);
        self
    }

    pub(crate) fn sealed(mut self) -> Self {
        self.flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
        self
    }

    /// A method by its PHP declaration.
    pub(crate) fn method(self, declaration: &str, handler: Handler) -> Self {
        self.made(Method::new(declaration, Some(handler)))
    }

    /// The same with a value attached, see [`Method::with`].
    pub(crate) fn method_with<T: Any + Sync>(
        self,
        declaration: &str,
        handler: Handler,
        what: T,
    ) -> Self {
        self.made(Method::with(declaration, handler, what))
    }

    pub(crate) fn abstract_method(self, declaration: &str) -> Self {
        self.made(Method::new(declaration, None).map(|mut method| {
            method.entry.flags |= ZEND_ACC_ABSTRACT;
            method
        }))
    }

    /// Methods that other classes may have too.
    pub(crate) fn methods(mut self, methods: &[Method]) -> Self {
        self.methods.extend_from_slice(methods);
        self
    }

    fn made(mut self, method: Result<Method, String>) -> Self {
        match method {
            Ok(method) => self.methods.push(method),
            Err(why) => self.wrong = Some(why),
        }
        self
    }

    pub(crate) fn public(self, name: &'static str, default: Zval) -> Self {
        self.property(name, ZEND_ACC_PUBLIC, default)
    }

    pub(crate) fn protected(self, name: &'static str, default: Zval) -> Self {
        self.property(name, ZEND_ACC_PROTECTED, default)
    }

    pub(crate) fn private(self, name: &'static str, default: Zval) -> Self {
        self.property(name, ZEND_ACC_PRIVATE, default)
    }

    pub(crate) fn private_static(self, name: &'static str) -> Self {
        self.property(name, ZEND_ACC_PRIVATE | ZEND_ACC_STATIC, Zval::null())
    }

    fn property(mut self, name: &'static str, flags: u32, default: Zval) -> Self {
        self.properties.push((name, flags, default));
        self
    }

    /// A public property that can be set once, by its PHP declaration such as `?int $status`.
    pub(crate) fn read_only(mut self, declaration: &'static str) -> Self {
        match signature::property(declaration) {
            Some(property) => self.read_only.push(property),
            None => self.wrong = Some(format!("the declaration {declaration:?} is wrong")),
        }
        self
    }

    /// A constant: null, a number or a string.
    pub(crate) fn constant(mut self, name: impl Into<String>, value: Zval) -> Self {
        self.constants.push((name.into(), value));
        self
    }

    /// Registers the class.
    pub(crate) fn register(self, at: &ClassRef) -> Result<(), String> {
        if let Some(why) = self.wrong {
            return Err(format!("{}: {why}", self.name));
        }
        // The engine would replace it, and free it while it is used.
        if late::is_declared(&self.name) {
            return Err(format!("the class {} is declared twice", self.name));
        }
        late::note(&self.name);
        // SAFETY: a zeroed class entry is what INIT_CLASS_ENTRY starts from.
        let mut entry: ClassEntry = unsafe { std::mem::zeroed() };
        entry.name = ZendStr::new_interned(&self.name, true).into_raw();
        entry.ce_flags = self.flags;
        let mut functions: Vec<zend_function_entry> = Vec::with_capacity(self.methods.len() + 1);
        let (copied, new): (Vec<&Method>, Vec<&Method>) =
            self.methods.iter().partition(|method| method.is_registered());
        functions.extend(new.iter().map(|method| method.entry));
        // SAFETY: a zeroed entry ends the table.
        functions.push(unsafe { std::mem::zeroed() });
        entry.info.internal.builtin_functions = functions.as_ptr();
        // SAFETY: the entry is complete, and the engine copies it.
        let registered = unsafe {
            if self.flags & ZEND_ACC_INTERFACE == 0 {
                zend_register_internal_class_ex(&raw mut entry, self.parent)
            } else {
                zend_register_internal_interface(&raw mut entry)
            }
        };
        // SAFETY: the engine gives null or a class entry of its own.
        let class = unsafe { registered.as_mut() }
            .ok_or_else(|| format!("the class {} cannot be registered", self.name))?;
        // The engine has copied the methods, and their names with them.
        class.info.internal.builtin_functions = ptr::null();
        Method::copy(&copied, class);
        for method in new {
            method.keep(class);
            method.free_arguments(class);
        }
        for interface in self.interfaces {
            // SAFETY: both are registered.
            unsafe { zend_do_implement_interface(class, interface) };
        }
        for (name, flags, mut default) in self.properties {
            // SAFETY: the engine copies the name; defaults are persistent or not counted.
            unsafe {
                zend_declare_property(
                    class,
                    name.as_ptr().cast::<c_char>(),
                    name.len(),
                    &raw mut default,
                    flags as c_int,
                );
            }
        }
        for (ty, name) in self.read_only {
            let name = ZendStr::new_interned(name, true).into_raw();
            // A typed property without a default is not initialized.
            let mut default = Zval::new();
            default.u1.type_info = IS_UNDEF;
            let flags = (ZEND_ACC_PUBLIC | READ_ONLY) as c_int;
            let comment = ptr::null_mut();
            // SAFETY: the engine keeps the name, which is interned, and copies the rest.
            unsafe {
                zend_declare_typed_property(class, name, &raw mut default, flags, comment, ty);
            }
        }
        for (name, value) in self.constants {
            let name = ZendStr::new_interned(&name, true).into_raw();
            let mut value = ManuallyDrop::new(value);
            // SAFETY: the constants table takes the value over.
            unsafe {
                zend_declare_class_constant_ex(
                    class,
                    name,
                    &raw mut *value,
                    ZEND_ACC_PUBLIC as c_int,
                    ptr::null_mut(),
                );
            }
        }
        if let Some(create) = self.create {
            class.__bindgen_anon_2.create_object = Some(create);
        }
        for method in self.methods.iter().filter(|method| !method.sensitive.is_empty()) {
            hide_from_traces(class, method);
        }
        at.0.store(class, Ordering::Relaxed);
        Ok(())
    }
}

/// Registers a second name of a class, as `class_alias` does.
pub(crate) fn register_alias(class: &ClassRef, alias: &str) -> Result<(), String> {
    // SAFETY: the class is registered; the engine copies the name.
    let result = unsafe {
        zend_register_class_alias_ex(alias.as_ptr().cast(), alias.len(), class.raw(), true)
    };
    match result {
        0 => late::note(alias),
        // The script has a class of this name.
        _ if late::is_late() => {}
        _ => return Err(format!("the alias {alias} cannot be registered")),
    }
    Ok(())
}

/// Gives parameters the attribute `#[\SensitiveParameter]`. PHP 8.1 ignores it; there
/// [`super::trace`] reads it.
fn hide_from_traces(class: &mut ClassEntry, method: &Method) {
    // SAFETY: the function table holds the methods just registered.
    let Some(function) = (unsafe { method.find(class).as_mut() }) else { return };
    for position in method.sensitive.iter().filter(|at| **at < method.entry.num_args) {
        let name = ZendStr::new_interned("SensitiveParameter", true).into_raw();
        // SAFETY: the function is an internal one; the engine keeps the name.
        unsafe {
            let attributes = &raw mut function.internal_function.attributes;
            zend_add_attribute(attributes.cast(), name, 0, 1, position + 1, 0);
        }
    }
}
