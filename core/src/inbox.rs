//! The inbox: each event has its effect once, whatever brings it and whenever a process ends.
//!
//! The mark "this event was handled" and what the handler writes are one transaction of the shop's
//! database, so both are there or neither. A [`Store`] is what the inbox needs of a database
//! driver; `RusqliteStore` (feature `inbox-rusqlite`) is one for SQLite.
//!
//! ```
//! # #[cfg(feature = "inbox-rusqlite")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::error::Error;
//!
//! use lomi::inbox::{Inbox, RusqliteStore};
//! use lomi::models::{Event, EventData, WebhookEvent};
//! use rusqlite::{Connection, Transaction};
//!
//! fn fulfil(event: &Event, transaction: &mut Transaction<'_>) -> Result<(), Box<dyn Error>> {
//!     if let (Some(WebhookEvent::PaymentSucceeded), Some(EventData::Transaction(payment))) =
//!         (&event.event, &event.data)
//!     {
//!         let order = payment.metadata.as_ref().and_then(|metadata| metadata.get("order"));
//!         let order = order.and_then(|order| order.as_str());
//!         let amount = payment.gross_amount.as_ref().and_then(|amount| amount.as_i64());
//!         let sql = "UPDATE orders SET paid = 1 WHERE id = ? AND total = ?";
//!         transaction.execute(sql, (order, amount))?;
//!     }
//!     Ok(())
//! }
//!
//! # let folder = std::env::temp_dir().join(format!("lomi-inbox-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let file = folder.join("shop.sqlite3");
//! # Connection::open(&file)?.execute_batch(
//! #     "CREATE TABLE orders (id TEXT, total INTEGER, paid INTEGER DEFAULT 0);
//! #     INSERT INTO orders (id, total) VALUES ('o1', 500)",
//! # )?;
//! # let payload = br#"{"id":"1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t",
//! #     "gross_amount":500,"metadata":{"order":"o1"}}}"#;
//! # let signature = lomi::webhook::sign(payload, "whsec_test")?;
//! # let event =
//! #     lomi::webhook::construct_event(payload, &signature, &["whsec_test"], Default::default())?;
//! # let same = file.clone();
//! let inbox = Inbox::new(RusqliteStore::new(move || Connection::open(&file)));
//! inbox.create_table()?;
//!
//! // In the route of the webhook. An error must become a response of 500.
//! assert!(inbox.handle(&event, fulfil)?); // fulfil was called
//! assert!(!inbox.handle(&event, fulfil)?); // the event was handled before
//! # let sql = "SELECT paid FROM orders";
//! # assert!(Connection::open(&same)?.query_row(sql, [], |row| row.get::<_, bool>(0))?);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "inbox-rusqlite"))]
//! # fn main() {}
//! ```
//!
//! A store blocks its thread, as its driver does: in an async program, call [`Inbox::handle`] by
//! `tokio::task::spawn_blocking`.

mod handle;
mod reconcile;
#[cfg(feature = "inbox-rusqlite")]
mod rusqlite;
mod statements;
mod store;

pub use handle::Inbox;
#[cfg(feature = "inbox-rusqlite")]
pub use rusqlite::RusqliteStore;
pub use store::{Dialect, Parameter, Store};
