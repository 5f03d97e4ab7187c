//! The running server: its connections, its routes and its background work.

mod listener;
mod router;
pub(crate) mod sandbox;
mod scheduler;
