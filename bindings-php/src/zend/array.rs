//! PHP arrays from Rust: filling a new one, and changing one that PHP code may share.

use std::ptr;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::ffi::{
    IS_ARRAY, IS_ARRAY_EX, zend_array_dup, zend_empty_array, zend_hash_add_new, zend_hash_find,
    zend_hash_next_index_insert, zend_hash_update, zend_string,
};
use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};

/// An array that is being filled.
pub(crate) struct Array(ZBox<ZendHashTable>);

impl Array {
    pub(crate) fn new() -> Self {
        Self(ZendHashTable::new())
    }

    pub(crate) fn with_capacity(size: usize) -> Self {
        Self(ZendHashTable::with_capacity(u32::try_from(size).unwrap_or_default()))
    }

    /// Sets an interned key. The array takes the value.
    pub(crate) fn set_interned(&mut self, key: *mut zend_string, value: Zval) {
        let mut value = std::mem::ManuallyDrop::new(value);
        // SAFETY: the table is ours alone; an interned key needs no counting.
        unsafe { zend_hash_update(&raw mut *self.0, key, &raw mut *value) };
    }

    /// Adds a string key of another array, which is no number and not in this one yet.
    pub(crate) fn add_shared(&mut self, key: &ZendStr, value: Zval) {
        let (key, mut value) = (ptr::from_ref(key).cast_mut(), std::mem::ManuallyDrop::new(value));
        // SAFETY: the table is ours alone, and only counts the key, even where it is not interned.
        unsafe { zend_hash_add_new(&raw mut *self.0, key, &raw mut *value) };
    }

    /// Sets any key, numeric ones as PHP treats them.
    pub(crate) fn set(&mut self, key: &str, value: Zval) {
        self.set_named(Name::new(key), value);
    }

    /// The same with a prepared key.
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

/// The table of an array for writing: a shared or constant array is copied first.
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

/// Sets a key of a table that is not shared.
pub(crate) fn put(table: &mut ZendHashTable, key: *mut zend_string, value: Zval) {
    let mut value = std::mem::ManuallyDrop::new(value);
    // SAFETY: the table takes the value over, and counts the key.
    unsafe { zend_hash_update(table, key, &raw mut *value) };
}

/// A value of an array by an interned key.
pub(crate) fn find(table: &ZendHashTable, key: *mut zend_string) -> Option<&Zval> {
    // SAFETY: both are live; the engine gives null where there is none.
    unsafe { zend_hash_find(ptr::from_ref(table), key).as_ref() }.map(Zval::dereference)
}

/// An array that a declaration may hold: the engine's own empty one.
pub(crate) fn empty_array() -> Zval {
    let mut value = Zval::new();
    value.u1.type_info = IS_ARRAY;
    // SAFETY: the engine's constant, which is never counted.
    value.value.arr = (&raw const zend_empty_array).cast_mut();
    value
}
