//! The header that selects how a payment, refund or payout of a test key ends.

use axum::http::HeaderMap;

use crate::middleware::caller::Caller;
use crate::state::environment::Environment;

/// `pending` or `failed`, as the header `X-Scenario-Key` says; nothing else is known, and a live
/// key has no scenarios.
pub(super) fn scenario(caller: &Caller, headers: &HeaderMap) -> Option<&'static str> {
    let sent = headers.get("x-scenario-key").and_then(|value| value.to_str().ok());
    match (caller.environment, sent) {
        (Environment::Test, Some("pending")) => Some("pending"),
        (Environment::Test, Some("failed")) => Some("failed"),
        _ => None,
    }
}
