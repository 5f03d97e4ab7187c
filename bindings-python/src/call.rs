//! The two ways to wait for a call: a blocked thread, and the results of an event loop.

pub(crate) mod blocking;
pub(crate) mod result_queue;
mod wake;
