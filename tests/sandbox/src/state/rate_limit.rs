//! The fixed window of the rate limit, over all callers.

use super::time::Millis;
use crate::options::RateLimit;

/// The current window.
#[derive(Debug, Default)]
pub(crate) struct RateWindow {
    start: Millis,
    used: u64,
}

impl RateWindow {
    /// Counts a request. Returns how many are left, or None when it is over the limit.
    pub(crate) fn count(&mut self, limit: RateLimit, now: Millis) -> Option<u64> {
        let length = Millis::from(limit.seconds) * 1_000;
        if now >= self.start.saturating_add(length) || now < self.start {
            *self = Self { start: now, used: 0 };
        }
        self.used += 1;
        limit.requests.checked_sub(self.used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_up_and_starts_again() {
        let limit: RateLimit = "2/60".parse().unwrap();
        let mut window = RateWindow::default();
        let counts = [0, 1, 2, 59_999, 60_000].map(|now| window.count(limit, now));
        assert_eq!(counts, [Some(1), Some(0), None, None, Some(1)]);
        assert!("2".parse::<RateLimit>().is_err() && "2/0".parse::<RateLimit>().is_err());
    }
}
