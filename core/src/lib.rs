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
//!     .done()?;
//! println!("send the buyer to {}", session.checkout_url.unwrap_or_default());
//! # Ok(())
//! # }
//! ```
//!
//! Amounts are in the currency's smallest unit and are never scaled: 10000 is
//! 10 000 F CFA.

mod amount;
mod body;
mod budget;
mod check;
mod client;
mod config;
mod decimal;
mod decode;
mod document;
mod envelope;
mod error;
mod exchange;
mod failure;
mod fields;
pub mod generated;
pub mod idempotency_key;
mod input;
mod json;
pub mod log;
pub mod models;
mod money;
pub mod names;
mod option_headers;
mod pagination;
pub mod process;
mod progress;
mod replay;
mod reply;
mod request;
pub mod resources;
mod retry;
#[cfg(test)]
mod roads;
mod row;
pub mod schema;
mod secret;
mod spelling;
mod tls;
mod transport;
pub mod webhook;

pub use amount::Amount;
pub use budget::Budget;
pub use client::{Client, Created, Page, Pages, execute, read_values};
pub use config::{Config, ConfigBuilder, Limits, RouteChoice, milliseconds, seconds};
pub use document::{TextSink, Written};
pub use envelope::{Found, PageFacts};
pub use error::{Attempt, Error, ErrorKind, Failure, Outcome};
pub use exchange::{Exchange, Heard, Memory, Silence, Step};
pub use fields::FromObject;
pub use generated::{ENUMS, MODELS, OPERATIONS};
pub use input::{CallOptions, Input};
pub use json::{Key, Map, Number, Sink, Value};
pub use money::Money;
pub use option_headers::check_client_headers;
pub use pagination::{Fresh, Pager};
pub use progress::Progress;
pub use reply::{Decoded, Reply};
pub use request::{Request, Target};
pub use retry::chance;
pub use row::{Row, RowSink};
pub use secret::{Secret, redact};
pub use tls::check_ca_file;
/// The name that every other language has for it.
#[doc(no_inline)]
pub use webhook as webhooks;

/// The version of this library and of every package made from it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
