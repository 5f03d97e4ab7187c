//! The keys and values of a PHP array. Used instead of ext-php-rs's iterator, which panics on a
//! key that is not UTF-8.

use std::fmt;

use ext_php_rs::types::{ZendHashTable, Zval};

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
