//! Limits on what a server may send, and on times.

use std::time::Duration;

/// The longest timeout of a call: ten years, which can be added to any clock.
pub(crate) const LONGEST_TIME: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Limits on a response.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a decoded body.
    pub body: usize,
    /// Bytes of all headers together.
    pub headers: usize,
    /// Levels of nesting in JSON.
    pub depth: usize,
    /// Values in one JSON document, including lists and objects.
    pub values: usize,
    /// How many times larger a compressed body may become.
    pub ratio: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 16 << 20, headers: 64 << 10, depth: 128, values: 250_000, ratio: 100 }
    }
}
