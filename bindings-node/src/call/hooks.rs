//! The hooks of a client: for each call, an observer that adds the events of its attempts to the
//! queue, before its result. JavaScript calls the hooks.

use std::sync::Arc;

use lomi::binding::Call;
use lomi::{Observer, RequestEvent, ResponseEvent};

use super::queue::{Delivery, Queue};
use crate::response::AttemptEvent;

/// Which events JavaScript has a hook for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Hooks {
    pub(crate) on_request: bool,
    pub(crate) on_response: bool,
}

impl Hooks {
    /// Observes a call, unless there is no hook.
    pub(crate) fn observe(self, call: &mut Call, queue: &Arc<Queue>, id: u32) {
        if self.on_request || self.on_response {
            call.observe(Arc::new(CallObserver { hooks: self, queue: Arc::clone(queue), id }));
        }
    }
}

/// Observes one call.
struct CallObserver {
    hooks: Hooks,
    queue: Arc<Queue>,
    id: u32,
}

impl CallObserver {
    fn deliver(&self, event: AttemptEvent) {
        if self.queue.push(self.id, Delivery::Event(event)) {
            self.queue.wake();
        }
    }
}

impl Observer for CallObserver {
    fn on_request(&self, event: &RequestEvent<'_>) {
        if self.hooks.on_request {
            self.deliver(AttemptEvent::request(event));
        }
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        if self.hooks.on_response {
            self.deliver(AttemptEvent::response(event));
        }
    }
}
