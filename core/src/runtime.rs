//! Drives calls: in the caller's task in a program with a tokio runtime, on the worker thread for
//! awaited calls of other languages, and on the caller's thread for blocking calls.

mod blocking;
mod caller;
mod drive;
mod host_states;
mod worker;

pub use blocking::{CHECK_INTERVAL, run_blocking};
pub(crate) use host_states::{host_state, remember};
pub use worker::{CallCount, InFlight, Worker, execute, run_awaited};

#[cfg(test)]
mod tests;
