//! Observes an awaited call: its events go to the event loop through the queue of the results,
//! so that each comes before the result and the worker thread never touches Python.

use std::sync::Arc;

use crate::call::shared_queue::{Item, SharedQueue};
use crate::events::{Event, Wanted};

/// Pushes each event that is wanted.
pub(super) struct QueueObserver {
    pub(super) queue: Arc<SharedQueue>,
    pub(super) token: u64,
    pub(super) wanted: Wanted,
}

impl QueueObserver {
    fn push(&self, event: Option<Event>) {
        if let Some(event) = event
            && self.queue.push(Item::Event { token: self.token, event })
        {
            self.queue.wake();
        }
    }
}

impl lomi::Observer for QueueObserver {
    fn on_request(&self, event: &lomi::RequestEvent<'_>) {
        self.push(self.wanted.request(event));
    }

    fn on_response(&self, event: &lomi::ResponseEvent<'_>) {
        self.push(self.wanted.response(event));
    }
}
