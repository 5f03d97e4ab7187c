//! The keys and values of a PHP array. Used instead of ext-php-rs's iterator, which panics on a
//! key that is not UTF-8.

use std::{fmt, ptr, slice};

use ext_php_rs::ffi::{Bucket, zend_hash_get_current_data_ex};
use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};

/// `HASH_FLAG_PACKED`: the table has no names, and from PHP 8.2 on no buckets.
const PACKED: u32 = 1 << 2;

/// A key of an array.
pub(crate) enum Key {
    Index(i64),
    Text(String),
    /// A key that is not UTF-8, as far as it can be read.
    Bytes(String),
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(out),
            Self::Text(text) | Self::Bytes(text) => out.write_str(text),
        }
    }
}

/// Iterates over an array in its order.
pub(crate) fn pairs(table: &ZendHashTable) -> impl Iterator<Item = (Key, &Zval)> {
    let mut iterator = table.iter();
    std::iter::from_fn(move || {
        let (key, value) = iterator.next_zval()?;
        let key = match (key.long(), key.zend_str()) {
            (Some(index), _) => Key::Index(index),
            (None, Some(text)) => match text.as_str() {
                Ok(text) => Key::Text(text.to_owned()),
                Err(_) => Key::Bytes(String::from_utf8_lossy(text.as_bytes()).into_owned()),
            },
            (None, None) => return None,
        };
        Some((key, value))
    })
}

/// The buckets of a table with names from which nothing was removed, as they lie in memory.
fn buckets(table: &ZendHashTable) -> Option<&[Bucket]> {
    if table.nNumUsed != table.nNumOfElements || table.nNumUsed == 0 {
        return None;
    }
    let mut first = 0;
    // SAFETY: the table is live and its flags are set. Nothing was removed, so the first entry is at
    // 0 and the others follow it. A value is the first member of its bucket.
    unsafe {
        if table.u.flags & PACKED != 0 {
            return None;
        }
        let value = zend_hash_get_current_data_ex(ptr::from_ref(table).cast_mut(), &raw mut first);
        Some(slice::from_raw_parts(value.cast::<Bucket>(), table.nNumUsed as usize))
    }
}

/// Calls `take` with each index or name and its value, until it gives `None`. `take` runs no PHP
/// code. The engine's iterator, which needs four calls for an entry, serves where there are no
/// buckets.
pub(crate) fn each_entry(
    table: &ZendHashTable,
    mut take: impl FnMut(Result<i64, &ZendStr>, &Zval) -> Option<()>,
) -> Option<()> {
    if let Some(buckets) = buckets(table) {
        return buckets.iter().try_for_each(|bucket| {
            // SAFETY: the key of an entry is null, or a string that lives as long.
            let name = unsafe { bucket.key.as_ref() };
            take(name.map_or(Ok(bucket.h as i64), Err), &bucket.val)
        });
    }
    let mut entries = table.iter();
    while let Some((key, value)) = entries.next_zval() {
        match key.long() {
            Some(index) => take(Ok(index), value)?,
            None => take(Err(key.zend_str()?), value)?,
        }
    }
    Some(())
}

/// The values alone.
pub(crate) fn values(table: &ZendHashTable) -> impl Iterator<Item = &Zval> {
    let mut iterator = table.iter();
    std::iter::from_fn(move || iterator.next_zval().map(|(_, value)| value))
}

/// Whether the keys are 0, 1, 2, ...
pub(crate) fn is_list(table: &ZendHashTable) -> bool {
    let mut iterator = table.iter();
    let mut expected = 0;
    while let Some((key, _)) = iterator.next_zval() {
        if key.long() != Some(expected) {
            return false;
        }
        expected += 1;
    }
    true
}

/// The pairs of an array; none where the value is no array.
pub(crate) fn pairs_of(value: &Zval) -> impl Iterator<Item = (Key, &Zval)> {
    value.array().into_iter().flat_map(pairs)
}
