//! The client for programs without async: each call blocks its thread until it ends.
//!
//! ```no_run
//! use lomi::blocking::Client;
//! use lomi::models::{CheckoutSessionCreate, CheckoutSessionListParams};
//!
//! let client = Client::new("lomi_sk_test_...")?;
//! let session = client
//!     .checkout_sessions()
//!     .create(CheckoutSessionCreate::new().amount(10000).currency_code("XOF"))?
//!     .into_session()?;
//! println!("send the buyer to {}", session.checkout_url.unwrap_or_default());
//! for session in client.checkout_sessions().list_all(CheckoutSessionListParams::new()) {
//!     println!("{:?}", session?.status);
//! }
//! # Ok::<(), lomi::Error>(())
//! ```
//!
//! The calling thread sends and reads by itself, over connections that all blocking calls of the
//! process share. Within a tokio runtime, where a thread must not drive another one, a worker
//! thread of the process drives the call; it still blocks the calling thread, so
//! [`tokio::task::spawn_blocking`] or the async [`lomi::Client`](crate::Client) is better there.

mod client;
mod missed_events;
mod pages;
mod resources;

pub use client::{Client, ClientBuilder};
pub use missed_events::MissedEvents;
pub use pages::Pages;
pub use resources::*;
