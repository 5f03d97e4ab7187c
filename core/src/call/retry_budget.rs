//! The retry budget of a host: a token bucket that all clients of the process share. When a server
//! is down, the budget runs out and calls fail at once, instead of sending three requests each.

use std::sync::atomic::{AtomicI64, Ordering};

const CAPACITY: i64 = 500;
const COST: i64 = 5;
/// A timeout costs the server more than a refusal.
const COST_AFTER_TIMEOUT: i64 = 10;

/// The tokens left for one host.
#[derive(Debug)]
pub struct RetryBudget {
    tokens: AtomicI64,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { tokens: AtomicI64::new(CAPACITY) }
    }
}

impl RetryBudget {
    /// Takes the tokens of one retry. Returns how many, or `None` if there are not enough.
    pub(crate) fn spend(&self, after_timeout: bool) -> Option<i64> {
        let cost = if after_timeout { COST_AFTER_TIMEOUT } else { COST };
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left >= cost).then(|| left - cost)
            })
            .is_ok()
            .then_some(cost)
    }

    /// Returns the tokens of a call that succeeded. A call without retries adds one token.
    pub(crate) fn refund(&self, spent: i64) {
        let earned = spent.max(1);
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some((left + earned).min(CAPACITY))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_empties_the_bucket_and_success_fills_it() {
        let budget = RetryBudget::default();
        assert_eq!((0..200).filter(|_| budget.spend(false).is_some()).count(), 100);
        assert_eq!(budget.spend(false), None);
        for _ in 0..5 {
            budget.refund(0);
        }
        assert_eq!(budget.spend(true), None);
        assert_eq!(budget.spend(false), Some(5));
        for _ in 0..1000 {
            budget.refund(5);
        }
        assert_eq!((0..200).filter(|_| budget.spend(true).is_some()).count(), 50);
    }
}
