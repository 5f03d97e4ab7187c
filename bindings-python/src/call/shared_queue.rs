//! What the worker thread and one event loop share: the results and events of calls.

use std::collections::VecDeque;
use std::sync::Mutex;

use lomi::binding::CallCount;
use lomi::{Error, Response};
use pyo3::prelude::*;

use crate::call::wake::Wake;
use crate::events::Event;
use crate::model_set::ModelSet;

/// What the worker thread hands over for the call of a token.
// Results are the common case; a box would cost them an allocation.
#[allow(clippy::large_enum_variant)]
pub(super) enum Item {
    Event { token: u64, event: Event },
    Finished { token: u64, models: ModelSet, result: Result<Response, Error> },
}

pub(super) struct SharedQueue {
    items: Mutex<VecDeque<Item>>,
    /// Calls whose results the loop has not taken yet.
    pub(super) in_flight: CallCount,
    pub(super) wake: Wake,
}

impl SharedQueue {
    pub(super) fn new() -> PyResult<Self> {
        Ok(Self { items: Mutex::default(), in_flight: CallCount::default(), wake: Wake::new()? })
    }

    /// The descriptor that the loop watches for reading.
    pub(super) fn fileno(&self) -> i64 {
        self.wake.fileno()
    }

    /// True where the queue was empty, so that the loop must be woken.
    pub(super) fn push(&self, item: Item) -> bool {
        let Ok(mut queue) = self.items.lock() else { return false };
        let first = queue.is_empty();
        queue.push_back(item);
        first
    }

    /// Wakes the loop.
    pub(super) fn wake(&self) {
        self.wake.wake();
    }

    /// Takes everything, in the order in which it was pushed.
    pub(super) fn take(&self) -> VecDeque<Item> {
        self.wake.clear();
        let items = self.items.lock().map(|mut queue| std::mem::take(&mut *queue));
        let items = items.unwrap_or_default();
        let finished = items.iter().filter(|item| matches!(item, Item::Finished { .. })).count();
        self.in_flight.end(finished);
        items
    }
}
