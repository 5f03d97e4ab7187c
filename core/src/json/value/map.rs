//! The members of an object.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;

use indexmap::IndexMap;
use indexmap::map::{Entry, IntoIter, Iter, IterMut};

/// Values by name, in the order in which the names were first inserted. The type parameters are
/// those of `serde_json::Map`; this crate uses only `Map<String, Value>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Map<K, V>
where
    K: Hash + Eq,
{
    members: IndexMap<K, V>,
}

impl<V> Map<String, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self { members: IndexMap::new() }
    }

    /// An empty map with capacity for this many members.
    pub fn with_capacity(members: usize) -> Self {
        Self { members: IndexMap::with_capacity(members) }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of a name.
    pub fn get<Q: ?Sized + Hash + Eq>(&self, name: &Q) -> Option<&V>
    where
        String: Borrow<Q>,
    {
        self.members.get(name)
    }

    /// The value of a name, mutable.
    pub fn get_mut<Q: ?Sized + Hash + Eq>(&mut self, name: &Q) -> Option<&mut V>
    where
        String: Borrow<Q>,
    {
        self.members.get_mut(name)
    }

    /// Whether a member has this name.
    pub fn contains_key<Q: ?Sized + Hash + Eq>(&self, name: &Q) -> bool
    where
        String: Borrow<Q>,
    {
        self.members.contains_key(name)
    }

    /// Sets the value of a name and returns the previous one. A new name is added at the end.
    pub fn insert(&mut self, name: String, value: V) -> Option<V> {
        self.members.insert(name, value)
    }

    /// Removes a member. The others keep their order.
    pub fn remove<Q: ?Sized + Hash + Eq>(&mut self, name: &Q) -> Option<V>
    where
        String: Borrow<Q>,
    {
        self.members.shift_remove(name)
    }

    /// The same as [`Map::remove`], under its name in `serde_json`.
    pub fn shift_remove<Q: ?Sized + Hash + Eq>(&mut self, name: &Q) -> Option<V>
    where
        String: Borrow<Q>,
    {
        self.members.shift_remove(name)
    }

    /// The entry of a name, to read or to insert.
    pub fn entry(&mut self, name: impl Into<String>) -> Entry<'_, String, V> {
        self.members.entry(name.into())
    }

    /// Keeps the members for which `keep` returns true.
    pub fn retain(&mut self, keep: impl FnMut(&String, &mut V) -> bool) {
        self.members.retain(keep);
    }

    /// The members, in order.
    pub fn iter(&self) -> Iter<'_, String, V> {
        self.members.iter()
    }

    /// The members with mutable values, in order.
    pub fn iter_mut(&mut self) -> IterMut<'_, String, V> {
        self.members.iter_mut()
    }

    /// The names, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &String> + DoubleEndedIterator {
        self.members.keys()
    }

    /// The values, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> + DoubleEndedIterator {
        self.members.values()
    }

    /// The values, mutable, in order.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut V> + DoubleEndedIterator {
        self.members.values_mut()
    }
}

impl<V> Default for Map<String, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: fmt::Debug> fmt::Debug for Map<String, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<V> FromIterator<(String, V)> for Map<String, V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(members: I) -> Self {
        Self { members: members.into_iter().collect() }
    }
}

impl<V> Extend<(String, V)> for Map<String, V> {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, members: I) {
        self.members.extend(members);
    }
}

impl<V> IntoIterator for Map<String, V> {
    type Item = (String, V);
    type IntoIter = IntoIter<String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

impl<'m, V> IntoIterator for &'m Map<String, V> {
    type Item = (&'m String, &'m V);
    type IntoIter = Iter<'m, String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.iter()
    }
}

impl<'m, V> IntoIterator for &'m mut Map<String, V> {
    type Item = (&'m String, &'m mut V);
    type IntoIter = IterMut<'m, String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.iter_mut()
    }
}
