//! When to repeat a request, and after how long: pure rules over what happened. Nothing
//! here reads a clock or a random source; both are handed in.

use std::time::Duration;

use http::HeaderMap;

use crate::error::Outcome;

/// Longest pause that is slept through; above it the error is given at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A retry is not started with less time than this left.
pub(crate) const LEAST_TIME_LEFT: Duration = Duration::from_secs(1);

/// How an attempt went wrong, as far as repeating it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mishap {
    /// What is known about the work.
    pub(crate) outcome: Outcome,
    /// The server asked us to slow down.
    pub(crate) throttled: bool,
    /// How long the server asks to wait.
    pub(crate) hint: Option<Duration>,
    /// The server still works on a request with the same idempotency key.
    pub(crate) in_progress: bool,
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Give the error to the caller.
    GiveUp,
    /// Send the same request again after a pause.
    Again(Duration),
}

/// A number that is uniform in 0..1, from the operating system's randomness: two forked
/// workers must not pause alike.
pub fn chance() -> f64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    // The version takes bits 12 to 15; the upper 32 are all random.
    f64::from((high >> 32) as u32) / f64::from(u32::MAX)
}

/// Decides. `retry` counts from 0, `left` is the time to the deadline, `chance` is
/// uniform in 0..1.
pub(crate) fn decide(
    mishap: Mishap,
    replay_safe: bool,
    retry: u32,
    max_retries: u32,
    left: Duration,
    chance: f64,
) -> Verdict {
    let safe = match mishap.outcome {
        // It is not done a second time: the server knows the key.
        _ if mishap.in_progress => true,
        Outcome::NotSent | Outcome::Rejected => true,
        Outcome::Unknown => replay_safe,
        Outcome::Final => false,
    };
    if !safe || retry >= max_retries {
        return Verdict::GiveUp;
    }
    let pause = match mishap.hint {
        // A little more than asked, so that a crowd does not come back at once.
        Some(hint) if hint <= LONGEST_PAUSE.min(left) => hint.mul_f64(1.0 + 0.1 * chance),
        Some(_) => return Verdict::GiveUp,
        None if mishap.in_progress => {
            Duration::from_secs_f64(f64::from(1_u32 << retry.min(3)) * (0.5 + 0.5 * chance))
        }
        None if mishap.throttled => {
            Duration::from_secs_f64(f64::from(1_u32 << retry.min(4)) * (0.5 + 0.5 * chance))
        }
        None => {
            let widest = (0.25 * f64::from(1_u32 << retry.min(5))).min(8.0);
            Duration::from_secs_f64((widest * chance).max(0.05))
        }
    };
    if left < pause + LEAST_TIME_LEFT { Verdict::GiveUp } else { Verdict::Again(pause) }
}

/// What a status says about the work.
pub(crate) fn outcome_of_status(status: u16) -> Outcome {
    match status {
        429 => Outcome::Rejected,
        // Also with Retry-After: load balancers send that after they forwarded a request.
        408 | 500 | 502 | 503 | 504 => Outcome::Unknown,
        _ => Outcome::Final,
    }
}

/// How long the server asks to wait: the header in seconds or as a date (corrected by
/// the answer's own date), else the number in the body. Nonsense is no request.
pub(crate) fn hint(headers: &HeaderMap, details: Option<&crate::json::Value>) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let header = text("retry-after").and_then(|value| {
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            return value.parse().ok().map(Duration::from_secs);
        }
        let until = httpdate::parse_http_date(value).ok()?;
        let now = text("date")
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .unwrap_or_else(std::time::SystemTime::now);
        Some(until.duration_since(now).unwrap_or_default())
    });
    header.or_else(|| details?.get("retry_after_seconds")?.as_u64().map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn mishap(outcome: Outcome) -> Mishap {
        Mishap { outcome, throttled: false, hint: None, in_progress: false }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let again =
            |outcome, safe| decide(mishap(outcome), safe, 0, 2, LONG, 0.5) != Verdict::GiveUp;
        assert!(again(Outcome::NotSent, false) && again(Outcome::Rejected, false));
        assert!(again(Outcome::Unknown, true) && !again(Outcome::Unknown, false));
        assert!(!again(Outcome::Final, true));
    }

    #[test]
    fn no_retries_means_none() {
        assert_eq!(decide(mishap(Outcome::NotSent), true, 0, 0, LONG, 0.5), Verdict::GiveUp);
        assert_eq!(decide(mishap(Outcome::NotSent), true, 2, 2, LONG, 0.5), Verdict::GiveUp);
    }

    #[test]
    fn a_long_wait_is_the_callers_to_decide() {
        let asked = |seconds| Mishap {
            hint: Some(Duration::from_secs(seconds)),
            ..mishap(Outcome::Rejected)
        };
        assert_eq!(decide(asked(900), true, 0, 2, LONG * 100, 0.0), Verdict::GiveUp);
        assert_eq!(decide(asked(10), true, 0, 2, Duration::from_secs(5), 0.0), Verdict::GiveUp);
        assert_eq!(
            decide(asked(2), true, 0, 2, LONG, 1.0),
            Verdict::Again(Duration::from_millis(2200))
        );
    }

    #[test]
    fn a_retry_needs_time_to_be_of_use() {
        let left = Duration::from_millis(1100);
        assert_eq!(decide(mishap(Outcome::NotSent), true, 0, 2, left, 0.9), Verdict::GiveUp);
    }

    #[test]
    fn hints_are_read_in_every_form_and_nonsense_in_none() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            headers.insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
            hint(&headers, None).map(|duration| duration.as_secs())
        };
        assert_eq!(read("2"), Some(2));
        assert_eq!(read("900"), Some(900));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:40 GMT"), Some(3));
        assert_eq!(read("Sunday, 06-Nov-94 08:49:40 GMT"), Some(3));
        assert_eq!(read("Sun Nov  6 08:49:40 1994"), Some(3));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        for nonsense in ["-1", "NaN", "1e9", "inf; x", "", "99999999999999999999999"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        let details = crate::json!({"retry_after_seconds": 7});
        assert_eq!(hint(&HeaderMap::new(), Some(&details)), Some(Duration::from_secs(7)));
    }
}
