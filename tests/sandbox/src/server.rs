//! The running server.

pub(crate) mod sandbox;
mod scheduler;
