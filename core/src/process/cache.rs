//! A map of limited size, shared by the threads of a process.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

/// Keeps the most recently used entries, up to a number of them.
pub(crate) struct Cache<K: Hash + Eq, V> {
    entries: Mutex<LruCache<K, V>>,
    capacity: usize,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        // Unbounded to the library, which would otherwise reserve room for all entries now.
        Self { entries: Mutex::new(LruCache::unbounded()), capacity }
    }

    /// The value of a key, made if there is none.
    pub(crate) fn get_or_insert<Q, E>(
        &self,
        key: &Q,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let mut entries = self.entries();
        if let Some(value) = entries.get(key) {
            return Ok(value.clone());
        }
        let value = make()?;
        entries.put(key.to_owned(), value.clone());
        while entries.len() > self.capacity {
            entries.pop_lru();
        }
        Ok(value)
    }

    /// Changes the value of a key, if there is one.
    pub(crate) fn update<Q: Hash + Eq + ?Sized>(&self, key: &Q, change: impl FnOnce(&mut V))
    where
        K: Borrow<Q>,
    {
        if let Some(value) = self.entries().get_mut(key) {
            change(value);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }

    fn entries(&self) -> MutexGuard<'_, LruCache<K, V>> {
        // Every entry is whole between two statements, also after a panic.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
