//! The sandbox's time, which can be moved and stopped, and how times are written and read.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970, UTC.
pub(crate) type Millis = i64;

/// One minute in milliseconds.
pub(crate) const MINUTE: Millis = 60_000;

const RUNNING: Millis = i64::MIN;

/// A clock that follows the system's at a distance, or stands still.
#[derive(Debug)]
pub(crate) struct Clock {
    /// How far it is ahead of the system's clock.
    ahead: AtomicI64,
    /// The time at which it stands, or [`RUNNING`].
    stopped_at: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { ahead: AtomicI64::new(0), stopped_at: AtomicI64::new(RUNNING) }
    }
}

impl Clock {
    /// A clock in a state that [`Clock::state`] gave.
    pub(crate) fn restored(ahead: Millis, stopped_at: Option<Millis>) -> Self {
        Self {
            ahead: AtomicI64::new(ahead),
            stopped_at: AtomicI64::new(stopped_at.unwrap_or(RUNNING)),
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Millis {
        match self.stopped_at.load(Ordering::Relaxed) {
            RUNNING => system_now().saturating_add(self.ahead.load(Ordering::Relaxed)),
            at => at,
        }
    }

    /// How far it is ahead of the system, and the time at which it stands if it does.
    pub(crate) fn state(&self) -> (Millis, Option<Millis>) {
        let stopped = self.stopped_at.load(Ordering::Relaxed);
        (self.ahead.load(Ordering::Relaxed), (stopped != RUNNING).then_some(stopped))
    }

    /// Moves it forward, whether it runs or stands.
    pub(crate) fn advance(&self, by: Millis) {
        let to = self.now().saturating_add(by);
        self.set(to);
    }

    /// Puts it to a time; it goes on running, or standing.
    pub(crate) fn set(&self, to: Millis) {
        if self.stopped_at.load(Ordering::Relaxed) != RUNNING {
            self.stopped_at.store(to, Ordering::Relaxed);
        }
        self.ahead.store(to.saturating_sub(system_now()), Ordering::Relaxed);
    }

    /// Stops it at the time it shows, or lets it run on from there.
    pub(crate) fn freeze(&self, frozen: bool) {
        let now = self.now();
        self.ahead.store(now.saturating_sub(system_now()), Ordering::Relaxed);
        self.stopped_at.store(if frozen { now } else { RUNNING }, Ordering::Relaxed);
    }

    /// Follows the system's clock again.
    pub(crate) fn real(&self) {
        self.ahead.store(0, Ordering::Relaxed);
        self.stopped_at.store(RUNNING, Ordering::Relaxed);
    }
}

/// The machine's time, which the sandbox does not move.
pub(crate) fn system_now() -> Millis {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| Millis::try_from(d.as_millis()).unwrap_or(Millis::MAX))
}

/// Reads `90s`, `61m`, `2h`, `7d`, `250ms`, also put together as in `1h30m`.
pub(crate) fn parse_span(text: &str) -> Option<Millis> {
    let mut rest = text.trim();
    let mut total: Millis = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let unit = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => MINUTE,
            "h" => 60 * MINUTE,
            "d" => 24 * 60 * MINUTE,
            _ => return None,
        };
        total = total.checked_add(number.parse::<Millis>().ok()?.checked_mul(unit)?)?;
        rest = tail;
    }
    Some(total)
}

/// `2025-04-04T15:21:49.955Z`.
pub(crate) fn iso(at: Millis) -> String {
    Timestamp::from_millisecond(at)
        .map_or_else(|_| String::new(), |t| t.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// `Fri, 04 Apr 2025 15:21:49 GMT`.
pub(crate) fn http_date(at: Millis) -> String {
    Timestamp::from_millisecond(at)
        .map_or_else(|_| String::new(), |t| t.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// Reads an ISO 8601 time with an offset or `Z`.
pub(crate) fn parse_iso(text: &str) -> Option<Millis> {
    text.parse::<Timestamp>().ok().map(|t| t.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_out_and_come_back() {
        assert_eq!(iso(1_743_780_109_955), "2025-04-04T15:21:49.955Z");
        assert_eq!(iso(1_743_780_109_000), "2025-04-04T15:21:49.000Z");
        assert_eq!(parse_iso("2025-04-04T15:21:49.955Z"), Some(1_743_780_109_955));
        assert_eq!(parse_iso("2025-04-04T17:21:49.955+02:00"), Some(1_743_780_109_955));
        assert_eq!(parse_iso("yesterday"), None);
    }

    #[test]
    fn spans_have_units() {
        assert_eq!(parse_span("61m"), Some(3_660_000));
        assert_eq!(parse_span("1h30m"), Some(5_400_000));
        assert_eq!(parse_span("250ms"), Some(250));
        for wrong in ["", "61", "m", "1y", "-5m", "99999999999999999999s"] {
            assert_eq!(parse_span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_clock_moves_stands_and_comes_back() {
        let clock = Clock::default();
        let start = clock.now();
        clock.advance(3_600_000);
        assert!((3_600_000..3_601_000).contains(&(clock.now() - start)));
        clock.freeze(true);
        clock.set(1_000);
        assert_eq!(clock.now(), 1_000);
        clock.advance(500);
        assert_eq!(clock.now(), 1_500);
        clock.freeze(false);
        assert!((1_500..2_500).contains(&clock.now()), "runs on from where it stood");
        clock.real();
        assert!((0..1_000).contains(&(clock.now() - start)));
    }
}
