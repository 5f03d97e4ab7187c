//! PHP values from Rust's side: texts, arrays, objects, properties, calls.

use std::ffi::c_char;
use std::ptr;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::ffi::{
    _call_user_function_impl, GC_IMMUTABLE, IS_ARRAY_EX, IS_OBJECT_EX, IS_STRING, IS_STRING_EX,
    ext_php_rs_zend_string_init, zend_array_dup, zend_class_entry, zend_hash_find,
    zend_hash_next_index_insert, zend_hash_update, zend_object, zend_read_property,
    zend_read_static_property, zend_string, zend_update_static_property, zval,
};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, ZendObject, ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};

use super::handle::{AsObject, Object};
use super::thrown::Thrown;

unsafe extern "C" {
    fn zend_update_property(
        scope: *mut zend_class_entry,
        object: *mut zend_object,
        name: *const c_char,
        name_length: usize,
        value: *mut zval,
    );
    fn object_init_ex(value: *mut zval, class: *mut zend_class_entry) -> i32;
}

/// A text that the engine keeps for the life of the process, for keys that are used
/// again and again. To be called at module start only.
pub(crate) fn interned(text: &str) -> *mut zend_string {
    ZendStr::new_interned(text, true).into_raw()
}

/// A text.
pub(crate) fn string_zval(text: &str) -> Zval {
    let mut value = Zval::new();
    // SAFETY: the engine copies the bytes; the value owns the one reference there is. The
    // shortest texts are the engine's own, which nobody counts.
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

/// An array that is being filled.
pub(crate) struct Array(ZBox<ZendHashTable>);

impl Array {
    pub(crate) fn new() -> Self {
        Self(ZendHashTable::new())
    }

    pub(crate) fn with_capacity(size: usize) -> Self {
        Self(ZendHashTable::with_capacity(u32::try_from(size).unwrap_or_default()))
    }

    /// Sets a key that the engine holds. The value moves in.
    pub(crate) fn set_interned(&mut self, key: *mut zend_string, value: Zval) {
        let mut value = std::mem::ManuallyDrop::new(value);
        // SAFETY: the table is ours alone; an interned key needs no counting.
        unsafe { zend_hash_update(&raw mut *self.0, key, &raw mut *value) };
    }

    /// Sets any key, numeric ones as PHP treats them.
    pub(crate) fn set(&mut self, key: &str, value: Zval) {
        self.set_named(Name::new(key), value);
    }

    /// The same with a key that stands ready.
    pub(crate) fn set_named(&mut self, key: Name, value: Zval) {
        match key {
            Name::Index(index) => {
                let _ = self.0.insert_at_index(index, value);
            }
            // The table holds a reference of its own.
            Name::Text(mut name) => self.set_interned(&raw mut *name, value),
        }
    }

    pub(crate) fn push(&mut self, value: Zval) {
        let mut value = std::mem::ManuallyDrop::new(value);
        // SAFETY: as above.
        unsafe { zend_hash_next_index_insert(&raw mut *self.0, &raw mut *value) };
    }

    pub(crate) fn finish(self) -> Zval {
        let mut value = Zval::new();
        value.set_hashtable(self.0);
        value
    }
}

impl FromIterator<Zval> for Array {
    fn from_iter<I: IntoIterator<Item = Zval>>(values: I) -> Self {
        let mut array = Self::new();
        for value in values {
            array.push(value);
        }
        array
    }
}

/// A key of an array.
pub(crate) enum Name {
    Index(i64),
    Text(ZBox<ZendStr>),
}

impl Name {
    pub(crate) fn new(key: &str) -> Self {
        match array_index(key) {
            Some(index) => Self::Index(index),
            None => Self::Text(ZendStr::new(key, false)),
        }
    }
}

/// The number that PHP turns an array key into: canonical decimal integers only.
pub(crate) fn array_index(key: &str) -> Option<i64> {
    let digits = key.strip_prefix('-').unwrap_or(key);
    let canonical = digits == "0" && digits.len() == key.len()
        || digits.bytes().next().is_some_and(|byte| (b'1'..=b'9').contains(&byte));
    if !canonical || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    key.parse().ok()
}

/// The table of an array that is about to be changed, shared with nobody.
pub(crate) fn table_mut(value: &mut Zval) -> Option<&mut ZendHashTable> {
    let value = if value.is_array() { value } else { value.dereference_mut() };
    if !value.is_array() {
        return None;
    }
    // SAFETY: the value is an array. A constant one is copied, a shared one too, as
    // SEPARATE_ARRAY does.
    unsafe {
        let array = value.value.arr;
        let counted = value.u1.type_info & !0xff != 0;
        if !counted || (*array).gc.refcount > 1 {
            if counted {
                (*array).gc.refcount -= 1;
            }
            value.value.arr = zend_array_dup(array);
            value.u1.type_info = IS_ARRAY_EX;
        }
        value.value.arr.as_mut()
    }
}

/// Sets a key of a table that is shared with nobody.
pub(crate) fn put(table: &mut ZendHashTable, key: *mut zend_string, value: Zval) {
    let mut value = std::mem::ManuallyDrop::new(value);
    // SAFETY: the table takes the value over, and counts the key.
    unsafe { zend_hash_update(table, key, &raw mut *value) };
}

/// A value of an array by a key that the engine holds.
pub(crate) fn find(table: &ZendHashTable, key: *mut zend_string) -> Option<&Zval> {
    // SAFETY: both are live; the engine gives null where there is none.
    unsafe { zend_hash_find(ptr::from_ref(table), key).as_ref() }.map(Zval::dereference)
}

/// A value as text, as PHP converts it; nothing for what PHP does not convert.
pub(crate) fn text_of(value: &Zval) -> Result<Option<String>, Thrown> {
    match value.get_type() {
        DataType::String => match value.str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(Thrown::validation("a text is not UTF-8")),
        },
        DataType::Long => Ok(value.long().map(|number| number.to_string())),
        DataType::Double => Ok(value.double().map(|number| number.to_string())),
        DataType::Bool | DataType::True | DataType::False => {
            Ok(Some(if value.is_true() { "1" } else { "" }.to_owned()))
        }
        DataType::Object(_) => {
            let Some(object) = value.handle() else { return Ok(None) };
            // SAFETY: an object has a class.
            if unsafe { (*object.ce).__tostring.is_null() } {
                return Ok(None);
            }
            let text = call_method(object, "__toString", &mut [])?;
            Ok(text.str().map(str::to_owned))
        }
        _ => Ok(None),
    }
}

/// The name of a value's type, as PHP's own errors say it.
pub(crate) fn type_name(value: &Zval) -> String {
    match value.get_type() {
        DataType::Null | DataType::Undef => "null".into(),
        DataType::Bool | DataType::True | DataType::False => "bool".into(),
        DataType::Long => "int".into(),
        DataType::Double => "float".into(),
        DataType::String => "string".into(),
        DataType::Array => "array".into(),
        DataType::Object(_) => {
            value.handle().and_then(|o| o.get_class_name().ok()).unwrap_or("object".into())
        }
        _ => "resource".into(),
    }
}

/// A class by name; user classes may be loaded for it.
pub(crate) fn class_named(name: &str) -> Option<&'static ClassEntry> {
    ClassEntry::try_find(name)
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

/// Calls a method. An exception that it throws is on its way when this fails.
pub(crate) fn call_method(
    object: Object<'_>,
    name: &str,
    arguments: &mut [Zval],
) -> Result<Zval, Thrown> {
    let mut target = object_zval(object);
    let mut name = string_zval(name);
    call(&raw mut target, &mut name, arguments)
}

/// Calls a function, a closure or any other callable.
pub(crate) fn call_function(name: &str, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut name = string_zval(name);
    call(ptr::null_mut(), &mut name, arguments)
}

/// Calls a callable value.
pub(crate) fn call_value(callable: &Zval, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut callable = callable.shallow_clone();
    call(ptr::null_mut(), &mut callable, arguments)
}

fn call(target: *mut Zval, name: &mut Zval, arguments: &mut [Zval]) -> Result<Zval, Thrown> {
    let mut result = Zval::new();
    let count = u32::try_from(arguments.len()).unwrap_or_default();
    // SAFETY: everything is live for the call; the engine fills the result.
    let called = unsafe {
        _call_user_function_impl(
            target,
            name,
            &raw mut result,
            count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
        )
    };
    if ExecutorGlobals::has_exception() {
        return Err(Thrown::Pending);
    }
    if called != 0 {
        return Err(Thrown::defect("a PHP function cannot be called"));
    }
    Ok(result)
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

/// A constant array that the engine may keep for the life of the process.
pub(crate) struct Permanent(*mut ext_php_rs::ffi::HashTable);

unsafe extern "C" {
    fn _zend_hash_init(
        table: *mut ext_php_rs::ffi::HashTable,
        size: u32,
        destructor: *const std::ffi::c_void,
        persistent: bool,
    );
}

impl Permanent {
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
