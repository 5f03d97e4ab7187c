//! Client for the lomi. payments API: checkout sessions, webhooks, and any other endpoint, with
//! retries that never move money twice.
//!
//! # Create a checkout session
//!
//! ```no_run
//! # async fn run() -> Result<(), lomi::Error> {
//! use lomi::models::CheckoutSessionCreate;
//! use lomi::{CallOptions, Client, idempotency_key};
//!
//! let client = Client::new("lomi_sk_test_...")?;
//! let session = client
//!     .checkout_sessions()
//!     .create_with(
//!         CheckoutSessionCreate::new()
//!             .amount(10000)
//!             .currency_code("XOF")
//!             .title("Order 123")
//!             .success_url("https://shop.example/thanks"),
//!         // The same order makes the same session, however often this runs.
//!         CallOptions::new().idempotency_key(idempotency_key::for_order("order-123")?),
//!     )
//!     .await?
//!     .into_session()?;
//! println!("send the buyer to {}", session.checkout_url.unwrap_or_default());
//! # Ok(())
//! # }
//! ```
//!
//! Amounts are in the currency's smallest unit and are never scaled: 10000 XOF is 10 000 F CFA,
//! 10000 EUR is 100 euros. [`Money`] keeps an amount and its currency together.
//!
//! # List
//!
//! [`list_all`](resources::CheckoutSessions::list_all) fetches page by page: it is a
//! [`Stream`](futures_core::Stream), and [`Pages::next`] needs no other crate.
//!
//! ```no_run
//! # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
//! use lomi::models::CheckoutSessionListParams;
//!
//! let params = CheckoutSessionListParams::new().limit(100);
//! let mut sessions = client.checkout_sessions().list_all(params);
//! while let Some(session) = sessions.next().await {
//!     let session = session?;
//!     println!("{:?} {:?}", session.checkout_session_id, session.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! Every failure is an [`Error`]: a [`kind`](Error::kind) to match on, and an
//! [`outcome`](Error::outcome) that says whether the work may have been done.
//!
//! ```no_run
//! # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
//! use lomi::ErrorKind;
//!
//! match client.checkout_sessions().get("cs_1").await {
//!     Ok(session) => println!("{:?}", session.status),
//!     Err(error) if error.kind() == ErrorKind::NotFound => println!("there is no such session"),
//!     Err(error) if error.is_outcome_unknown() => {
//!         println!("it may have been done: repeat with the key {:?}", error.idempotency_key());
//!     }
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A read is retried after a failure, a write only if it cannot be carried out twice: because it
//! was not sent, or because every attempt carries the same idempotency key. A deadline
//! ([`ClientBuilder::timeout`]) covers the whole call.
//!
//! # Webhooks
//!
//! ```
//! # fn main() -> Result<(), lomi::Error> {
//! use lomi::models::WebhookEvent;
//! # let body = br#"{"id":"1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t"}}"#;
//! # let secret = "whsec_test";
//! # let signature = &lomi::webhooks::sign(body, secret)?;
//!
//! // The raw bytes of the request, and its header X-Lomi-Signature.
//! let event = lomi::webhooks::construct_event(body, signature, &[secret], Default::default())?;
//! if event.event == Some(WebhookEvent::PaymentSucceeded) {
//!     println!("ship it");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Without async
//!
//! The feature `blocking` adds `lomi::blocking::Client`, whose calls block their thread. An
//! awaited call runs on the tokio runtime that awaits it; with another executor, a worker thread of
//! the process drives it.
//!
//! # Features
//!
//! | feature | by default | what it adds |
//! |---|---|---|
//! | `rustls-ring` | yes | TLS with ring. Without it, https uses the provider that the program installed for rustls. |
//! | `blocking` | no | `lomi::blocking::Client` |
//! | `inbox-rusqlite` | no | `inbox::RusqliteStore`: the [`inbox`] in SQLite |
//! | `reqwest` | no | `ClientBuilder::http_client`: calls through a `reqwest::Client` of your own |
//! | `tracing` | no | a span `lomi.attempt` (target `lomi`) for each attempt, with method, route, status and time, and an event at its end with the retry decision |

#![deny(missing_docs)]

// The examples of the README are tests as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[doc(hidden)]
pub mod binding;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod client;
mod config;
mod decimal;
mod destination;
mod error;
mod find_outcome;
pub mod idempotency_key;
pub mod inbox;
mod json;
mod limits;
mod log;
mod message;
// Some sentences are only of some features. A test of the generator finds those that are of none.
#[allow(dead_code)]
mod messages;
pub mod models;
mod money;
mod names;
mod observer;
mod options;
mod process;
mod reconcile;
mod recording;
mod request;
pub mod resources;
mod response;
mod runtime;
mod secret;
mod table;
mod timestamp;
mod trace;
mod transport;
pub mod webhook;

pub mod testing {
    //! Unit tests without a server.
    pub use crate::recording::Stub;
}

pub use client::{Client, ClientBuilder, MissedEvents, Pages};
pub use config::RouteChoice;
pub use error::{Attempt, Error, ErrorKind, Outcome, UnknownCall};
pub use find_outcome::{Ambiguous, FindOptions, FoundOutcome};
pub use json::{Map, Number, Value};
pub use limits::Limits;
pub use message::{Language, Message};
pub use money::Money;
pub use observer::{Observer, RequestEvent, ResponseEvent};
pub use reconcile::Reconciled;
pub use request::{Amount, CallOptions, DownloadOptions, Input};
pub use response::{Confirmation, Created, Page, PageInfo, Response};
pub use secret::Secret;
pub use table::RouteStyle;
/// The name of this module in every other language.
#[doc(no_inline)]
pub use webhook as webhooks;

/// The version of this library and of every package made from it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
