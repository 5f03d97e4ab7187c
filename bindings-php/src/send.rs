//! Sending a call: through the core's own HTTP, or through an HTTP client of the user's.

pub(crate) mod cancellation;
pub(crate) mod event;
pub(crate) mod hook;
pub(crate) mod in_flight;
pub(crate) mod log;
mod observer;
pub(crate) mod psr18;
pub(crate) mod reporter;
pub(crate) mod sender;
pub(crate) mod signals;
