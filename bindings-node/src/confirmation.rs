//! Confirmations of calls that move money.

use napi_derive::napi;

use crate::response::error_string;

/// The error of a confirmation without a call that asks for one, as JSON.
#[napi(catch_unwind)]
pub fn nothing_to_confirm() -> String {
    error_string(&lomi::binding::nothing_to_confirm())
}
