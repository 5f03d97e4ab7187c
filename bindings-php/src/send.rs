//! Sending a call: through the core's own HTTP, or through an HTTP client of the user's.

pub(crate) mod cancellation;
pub(crate) mod in_flight;
pub(crate) mod log;
pub(crate) mod psr18;
pub(crate) mod sender;
pub(crate) mod signals;
