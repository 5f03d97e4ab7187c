//! What a call did, on standard error, for who asks with `LOMI_LOG=info` (or `debug`).
//! Languages with a logging library of their own hand the same lines to it instead.
//! Bodies, ids and keys are never written.

use crate::error::Attempt;

/// Whether the user asked for a log.
pub fn wanted() -> bool {
    matches!(std::env::var("LOMI_LOG").as_deref(), Ok("info" | "debug"))
}

/// Writes one line per request of a call.
pub(crate) fn attempts(history: &[Attempt]) {
    if history.is_empty() || !wanted() {
        return;
    }
    for (number, attempt) in history.iter().enumerate() {
        eprintln!("lomi: {attempt} attempt {}", number + 1);
    }
}
