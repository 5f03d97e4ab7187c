//! The lomi. payments API on your own machine.
//!
//! A server for development and tests: every documented spelling of the checkout session routes,
//! API keys, validation and error bodies, paging, idempotent replay. Start it from a shell with
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
//! It listens on loopback only, unless told otherwise, and stops when the [`Sandbox`] is dropped.

mod app;
mod auth;
pub mod cli;
mod clock;
mod due;
mod errors;
mod faults;
mod generations;
mod idempotency;
mod identity;
mod journal;
mod limits;
mod money;
mod options;
mod pages;
mod payments;
mod requests;
mod routes;
mod server;
mod store;
mod trigger;
mod webhooks;

pub use generations::Generation;
pub use limits::RateLimit;
pub use options::{Family, Options, RouteErrors};
pub use server::{Sandbox, StartError};
pub use webhooks::EventNames;
