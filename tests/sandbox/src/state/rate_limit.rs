//! Rate limits, when they are switched on: a fixed window over all callers.

use axum::http::{HeaderMap, HeaderValue};

use crate::state::clock::Millis;

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests that are let through in a window.
    pub requests: u64,
    /// Length of a window in seconds.
    pub seconds: u32,
}

impl std::str::FromStr for RateLimit {
    type Err = String;

    /// Reads `120/60`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(requests, seconds)| {
            let limit = Self { requests: requests.parse().ok()?, seconds: seconds.parse().ok()? };
            (limit.seconds > 0).then_some(limit)
        });
        parsed.ok_or_else(|| "write it as REQUESTS/SECONDS, such as 120/60".to_owned())
    }
}

/// The window that is running.
#[derive(Debug, Default)]
pub(crate) struct Window {
    start: Millis,
    used: u64,
}

impl Window {
    /// Counts a request. How many are left, or None when it is one too many.
    pub(crate) fn count(&mut self, limit: RateLimit, now: Millis) -> Option<u64> {
        let length = Millis::from(limit.seconds) * 1_000;
        if now >= self.start.saturating_add(length) || now < self.start {
            *self = Self { start: now, used: 0 };
        }
        self.used += 1;
        limit.requests.checked_sub(self.used)
    }
}

/// The headers of a refusal. `Retry-After` is the whole window, as on the server, not what is
/// left of it.
pub(crate) fn refusal_headers(headers: &mut HeaderMap, limit: RateLimit) {
    let seconds = HeaderValue::from(limit.seconds);
    headers.insert("retry-after", seconds.clone());
    headers.insert("x-ratelimit-limit", HeaderValue::from(limit.requests));
    headers.insert("x-ratelimit-policy", HeaderValue::from_static("fixed-window"));
    headers.insert("x-ratelimit-window-seconds", seconds);
}

/// The headers that the newest generation puts on every answer.
pub(crate) fn answer_headers(headers: &mut HeaderMap, limit: RateLimit, left: u64) {
    headers.insert("x-ratelimit-limit", HeaderValue::from(limit.requests));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(left));
    headers.insert("x-ratelimit-window-seconds", HeaderValue::from(limit.seconds));
    let policy = format!("\"default\";q={};w={}", limit.requests, limit.seconds);
    let current = format!("\"default\";r={left};t={}", limit.seconds);
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", current)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_up_and_starts_again() {
        let limit: RateLimit = "2/60".parse().unwrap();
        let mut window = Window::default();
        let counts = [0, 1, 2, 59_999, 60_000].map(|now| window.count(limit, now));
        assert_eq!(counts, [Some(1), Some(0), None, None, Some(1)]);
        assert!("2".parse::<RateLimit>().is_err() && "2/0".parse::<RateLimit>().is_err());
    }
}
