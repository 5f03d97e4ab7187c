//! Client for the lomi. payments API.
//!
//! ```no_run
//! # async fn run() -> Result<(), lomi::Error> {
//! use lomi::models::CheckoutSessionCreate;
//!
//! let client = lomi::Client::new("lomi_sk_test_...")?;
//! let session = client
//!     .checkout_sessions()
//!     .create(CheckoutSessionCreate::new().amount(10000).currency_code("XOF"))
//!     .await?
//!     .into_session()?;
//! println!("send the buyer to {}", session.checkout_url.unwrap_or_default());
//! # Ok(())
//! # }
//! ```
//!
//! Amounts are in the currency's smallest unit and are never scaled: 10000 is
//! 10 000 F CFA.

#[doc(hidden)]
pub mod binding;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod client;
mod config;
mod decimal;
mod error;
pub mod idempotency_key;
mod json;
mod limits;
mod log;
pub mod models;
mod money;
mod names;
mod observer;
mod process;
mod request;
pub mod resources;
mod response;
mod runtime;
mod secret;
mod table;
mod trace;
mod transport;
pub mod webhook;

pub use client::{Client, ClientBuilder, Pages};
pub use config::RouteChoice;
pub use error::{Attempt, Error, ErrorKind, Outcome};
pub use json::{Map, Number, Value};
pub use limits::Limits;
pub use money::Money;
pub use observer::{Observer, RequestEvent, ResponseEvent};
pub use request::{Amount, CallOptions, Input};
pub use response::{Created, Page, PageInfo, Response};
pub use secret::Secret;
pub use table::RouteStyle;
/// The name that every other language has for it.
#[doc(no_inline)]
pub use webhook as webhooks;

/// The version of this library and of every package made from it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
