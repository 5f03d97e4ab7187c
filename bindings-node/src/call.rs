//! Calls in flight, and the queue that delivers their events and results.

mod hooks;
mod queue;
mod start;

pub(crate) use hooks::Hooks;
pub(crate) use queue::{CallQueue, Queue};
pub(crate) use start::start;
