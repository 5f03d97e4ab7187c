//! Who drives a call: the worker thread for awaited calls of languages that have no tokio
//! runtime, the caller's own thread for blocking calls.

mod blocking;
mod drive;
mod host_states;
mod worker;

pub use blocking::{CHECK_INTERVAL, run_blocking};
pub(crate) use host_states::{host_state, remember_route};
pub use worker::{CallCount, InFlight, Worker, execute};

#[cfg(test)]
mod tests;
