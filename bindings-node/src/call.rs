//! Calls in flight, and the queue through which they end.

mod queue;
mod start;

pub(crate) use queue::{CallQueue, Queue};
pub(crate) use start::start;
