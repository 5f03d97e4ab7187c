//! The lomi. payments API on your own machine.
//!
//! A server for development and tests: every documented route style of every resource, API keys,
//! validation and error bodies, paging, idempotent replay. Start it from a shell with
//! `lomi-sandbox serve`, or from a Rust test:
//!
//! ```
//! use lomi_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! println!("{} {}", sandbox.url(), sandbox.test_key());
//! # Ok::<(), lomi_sandbox::StartError>(())
//! ```
//!
//! It listens on loopback only, unless `allow_remote` is set, and stops when the [`Sandbox`] is dropped.

pub mod cli;
mod control;
mod generation;
mod middleware;
mod options;
mod pages;
mod payments;
mod routes;
mod schema;
mod server;
mod state;
mod webhooks;

pub use generation::Generation;
pub use options::{EventNames, Family, Options, RateLimit, RouteErrors};
pub use server::sandbox::{Sandbox, StartError};
