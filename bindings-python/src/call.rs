//! The two ways to wait for a call: a blocked thread, and the results of an event loop.

pub(crate) mod blocking;
mod queue_observer;
pub(crate) mod result_queue;
mod shared_queue;
pub(crate) mod thread_observer;
mod wake;
