//! Idempotency keys that a caller can make again, for an order.

use napi_derive::napi;

use crate::{convert, response};

/// An idempotency key, or an error as JSON.
#[napi(object)]
pub struct OrderKey {
    pub refused: Option<String>,
    pub key: String,
}

/// The idempotency key for an attempt at an order. Both are JSON.
#[napi(catch_unwind)]
pub fn key_for_order(order: String, attempt: String) -> OrderKey {
    let key = convert::value(&order)
        .and_then(|order| lomi::idempotency_key::for_attempt(order, convert::value(&attempt)?));
    match key {
        Ok(key) => OrderKey { refused: None, key },
        Err(error) => {
            OrderKey { refused: Some(response::error_string(&error)), key: String::new() }
        }
    }
}
