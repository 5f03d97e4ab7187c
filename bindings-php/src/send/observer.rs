//! The core's observer of a call: hands its events to a [`Reporter`] on PHP's thread.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use lomi::binding::Call;
use lomi::{Observer, RequestEvent, ResponseEvent};

use crate::send::event::Event;
use crate::send::reporter::Reporter;
use crate::send::signals::SignalMask;
use crate::zend::ThreadBound;

/// Observes a call that PHP's thread drives: each event is delivered at once. Where the call runs
/// with signals blocked, `mask` holds the script's own, which applies while PHP code runs.
pub(super) fn deliver_at_once(call: &mut Call, reporter: &Reporter, mask: Option<SignalMask>) {
    let reporter = ThreadBound::new(reporter.clone());
    call.observe(Arc::new(Immediate { reporter, mask }));
}

/// Observes a call that the worker thread drives: PHP's thread takes the events from the channel.
pub(super) fn queue(call: &mut Call) -> Receiver<Event> {
    let (sender, receiver) = channel();
    call.observe(Arc::new(Queue(sender)));
    receiver
}

struct Immediate {
    reporter: ThreadBound<Reporter>,
    mask: Option<SignalMask>,
}

impl Immediate {
    fn deliver(&self, event: &Event) {
        let Some(reporter) = self.reporter.get() else { return };
        match &self.mask {
            Some(mask) => mask.during(|| reporter.deliver(event)),
            None => reporter.deliver(event),
        }
    }
}

impl Observer for Immediate {
    fn on_request(&self, event: &RequestEvent<'_>) {
        self.deliver(&event.into());
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        self.deliver(&event.into());
    }
}

struct Queue(Sender<Event>);

impl Observer for Queue {
    // The receiver is gone when the promise was dropped.
    fn on_request(&self, event: &RequestEvent<'_>) {
        let _ = self.0.send(event.into());
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        let _ = self.0.send(event.into());
    }
}
