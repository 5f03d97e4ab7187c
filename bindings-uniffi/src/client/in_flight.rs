//! Awaited calls whose caller stops waiting: their errors, which name the idempotency key.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use lomi::Error;
use lomi::binding::CallHandle;

use crate::lock::lock;

/// Errors that nobody has asked for are dropped beyond this number.
const KEPT: usize = 256;

/// The errors of cancelled calls by the ids of the calls, until they are taken.
#[derive(Default)]
pub(super) struct Cancelled(Mutex<VecDeque<(u64, Error)>>);

impl Cancelled {
    fn add(&self, id: u64, error: Error) {
        let mut errors = lock(&self.0);
        if errors.len() == KEPT {
            errors.pop_front();
        }
        errors.push_back((id, error));
    }

    pub(super) fn take(&self, id: u64) -> Option<Error> {
        let mut errors = lock(&self.0);
        let at = errors.iter().position(|(other, _)| *other == id)?;
        errors.remove(at).map(|(_, error)| error)
    }
}

/// A call that is awaited. Dropping it before its end keeps the error of the call.
pub(super) struct InFlight {
    id: u64,
    /// `None` after the end of the call.
    call: Option<CallHandle>,
    cancelled: Arc<Cancelled>,
}

impl InFlight {
    pub(super) fn new(id: u64, call: CallHandle, cancelled: &Arc<Cancelled>) -> Self {
        Self { id, call: Some(call), cancelled: Arc::clone(cancelled) }
    }

    pub(super) fn end(mut self) {
        self.call = None;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.cancelled.add(self.id, call.cancelled());
        }
    }
}
