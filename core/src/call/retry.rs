//! The retry decision: whether to send a request again, and after what pause. A pure function: the
//! time left and the random number are arguments.

use std::time::Duration;

use super::attempt_failure::AttemptFailure;
use crate::error::Outcome;

/// Longest pause before a retry. If the server asks for more, the error is returned at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// No retry is made with less time than this left.
pub(crate) const LEAST_TIME_LEFT: Duration = Duration::from_secs(1);

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// Return the error to the caller.
    GiveUp,
    /// Send the same request again after a pause.
    RetryAfter(Duration),
}

/// A uniform number in 0..1 from the operating system: two forked processes must not make the same
/// pauses.
pub fn random_fraction() -> f64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    // The upper 32 bits of a version 4 UUID are all random.
    f64::from((high >> 32) as u32) / f64::from(u32::MAX)
}

/// Decides whether to retry. `retry` counts from 0, `left` is the time to the deadline, and
/// `random_fraction` is uniform in 0..1.
pub(crate) fn decide(
    failure: AttemptFailure,
    replay_safe: bool,
    retry: u32,
    max_retries: u32,
    left: Duration,
    random_fraction: f64,
) -> RetryDecision {
    let safe = match failure.outcome {
        // The server works on a request with this key, so it does not do the work again.
        _ if failure.in_progress => true,
        Outcome::NotSent | Outcome::Rejected => true,
        Outcome::Unknown => replay_safe,
        Outcome::Final => false,
    };
    if !safe || retry >= max_retries {
        return RetryDecision::GiveUp;
    }
    let pause = match failure.hint {
        // Up to 10 % more than the server asks for, so that many clients do not return at once.
        Some(hint) if hint <= LONGEST_PAUSE.min(left) => hint.mul_f64(1.0 + 0.1 * random_fraction),
        Some(_) => return RetryDecision::GiveUp,
        None if failure.in_progress => Duration::from_secs_f64(
            f64::from(1_u32 << retry.min(3)) * (0.5 + 0.5 * random_fraction),
        ),
        None if failure.throttled => Duration::from_secs_f64(
            f64::from(1_u32 << retry.min(4)) * (0.5 + 0.5 * random_fraction),
        ),
        None => {
            let widest = (0.25 * f64::from(1_u32 << retry.min(5))).min(8.0);
            Duration::from_secs_f64((widest * random_fraction).max(0.05))
        }
    };
    if left < pause + LEAST_TIME_LEFT {
        RetryDecision::GiveUp
    } else {
        RetryDecision::RetryAfter(pause)
    }
}

/// Whether the work may have been done, by HTTP status.
pub(crate) fn outcome_of_status(status: u16) -> Outcome {
    match status {
        429 => Outcome::Rejected,
        // The server does not know the method or the version; the network asks for a login.
        501 | 505 | 511 => Outcome::Final,
        // Unknown also with Retry-After: load balancers send it after they forwarded a request. Proxies
        // have statuses of their own for that, such as 499, 520 and 524; those from 600 mean nothing.
        408 | 499 | 500.. => Outcome::Unknown,
        _ => Outcome::Final,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn failure(outcome: Outcome) -> AttemptFailure {
        AttemptFailure { outcome, throttled: false, hint: None, in_progress: false }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let again = |outcome, safe| {
            decide(failure(outcome), safe, 0, 2, LONG, 0.5) != RetryDecision::GiveUp
        };
        assert!(again(Outcome::NotSent, false) && again(Outcome::Rejected, false));
        assert!(again(Outcome::Unknown, true) && !again(Outcome::Unknown, false));
        assert!(!again(Outcome::Final, true));
    }

    #[test]
    fn no_retries_means_none() {
        assert_eq!(decide(failure(Outcome::NotSent), true, 0, 0, LONG, 0.5), RetryDecision::GiveUp);
        assert_eq!(decide(failure(Outcome::NotSent), true, 2, 2, LONG, 0.5), RetryDecision::GiveUp);
    }

    #[test]
    fn a_long_wait_is_the_callers_to_decide() {
        let asked = |seconds| AttemptFailure {
            hint: Some(Duration::from_secs(seconds)),
            ..failure(Outcome::Rejected)
        };
        assert_eq!(decide(asked(900), true, 0, 2, LONG * 100, 0.0), RetryDecision::GiveUp);
        assert_eq!(
            decide(asked(10), true, 0, 2, Duration::from_secs(5), 0.0),
            RetryDecision::GiveUp
        );
        assert_eq!(
            decide(asked(2), true, 0, 2, LONG, 1.0),
            RetryDecision::RetryAfter(Duration::from_millis(2200))
        );
    }

    #[test]
    fn a_retry_needs_time_to_be_of_use() {
        let left = Duration::from_millis(1100);
        assert_eq!(decide(failure(Outcome::NotSent), true, 0, 2, left, 0.9), RetryDecision::GiveUp);
    }
}
