//! The objects whose numbers the JVM has.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use lomi::Error;

use crate::client::BridgeClient;
use crate::events::MissedEvents;
use crate::offline::Offline;
use crate::pages::Pager;
use crate::webhooks::MemoryStore;

/// An object of the bridge.
#[derive(Clone)]
pub(super) enum Object {
    Client(Arc<BridgeClient>),
    Pager(Arc<Pager>),
    Events(Arc<MissedEvents>),
    Offline(Arc<Offline>),
    Store(Arc<MemoryStore>),
}

/// Not for each process: a JVM does not fork, and another language has no numbers of objects.
static OBJECTS: LazyLock<RwLock<HashMap<i64, Object>>> = LazyLock::new(RwLock::default);

/// The number of the last object. 0 is none.
static LAST: AtomicI64 = AtomicI64::new(0);

/// Keeps an object until its number is freed.
pub(super) fn keep(object: Object) -> i64 {
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    OBJECTS.write().unwrap_or_else(PoisonError::into_inner).insert(number, object);
    number
}

/// Forgets an object.
pub(super) fn free(number: i64) {
    // Dropped after the lock.
    let freed = OBJECTS.write().unwrap_or_else(PoisonError::into_inner).remove(&number);
    drop(freed);
}

fn find(number: i64) -> Option<Object> {
    OBJECTS.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
}

fn missing(number: i64) -> Error {
    Error::internal(format!("there is no such object {number}"))
}

macro_rules! look_up {
    ($name:ident, $kind:ident, $of:ty) => {
        /// The object with this number.
        pub(super) fn $name(number: i64) -> Result<Arc<$of>, Error> {
            match find(number) {
                Some(Object::$kind(found)) => Ok(found),
                _ => Err(missing(number)),
            }
        }
    };
}

look_up!(client, Client, BridgeClient);
look_up!(pager, Pager, Pager);
look_up!(events, Events, MissedEvents);
look_up!(offline, Offline, Offline);
look_up!(store, Store, MemoryStore);
