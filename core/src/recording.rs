//! Recording the requests and responses of a run, replaying them, and a stub for unit tests. What
//! is recorded contains no key and no personal data.

mod example;
mod exchange;
mod mask;
mod offline;
mod recorder;
mod replay;
mod sent;
mod stub;

pub(crate) use exchange::{Exchange, Received};
pub use offline::Offline;
pub(crate) use recorder::Recorder;
pub(crate) use sent::Sent;
pub use stub::Stub;

#[cfg(test)]
mod tests;
