//! When the work of a call can have been done, by the server's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::UnknownCall;
use crate::json::Value;
use crate::timestamp;

/// A server may still work on a request this long after the caller gave up.
const WORK_TIME: Duration = Duration::from_secs(120);
/// The server's time is known to a second, and its clocks differ a little.
const INACCURACY: Duration = Duration::from_secs(2);
/// An object this close to the window may be of the call: the clock that writes `created_at` need
/// not be the one that writes `Date`.
const NEAR: Duration = Duration::from_secs(15 * 60);
/// The same if the server's clock is not known: a clock may be a time zone away.
const NEAR_WITHOUT_CLOCK: Duration = Duration::from_secs(24 * 3600);

/// Whether an object was created by a call, by its time of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByTime {
    /// While the call ran or shortly after.
    Within,
    /// It may have been.
    Near,
    /// Before or after.
    Outside,
}

/// The time in which the work of a call can have been done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    start: SystemTime,
    end: SystemTime,
    near: Duration,
    /// Whether the server's clock is known.
    is_known: bool,
}

impl Window {
    pub(super) fn new(call: &UnknownCall) -> Self {
        let offset = call.clock_offset.unwrap_or(0);
        let start = shifted(call.started_at, offset) - INACCURACY;
        let end = shifted(call.ended_at, offset) + WORK_TIME;
        let near = match call.clock_offset {
            Some(_) => NEAR,
            None => NEAR_WITHOUT_CLOCK,
        };
        Self { start, end, near, is_known: call.clock_offset.is_some() }
    }

    /// Whether a time is before the call.
    pub(super) fn is_before(&self, at: SystemTime) -> bool {
        at + self.near < self.start
    }

    /// Whether an object with this `created_at` is of the call.
    pub(super) fn has(&self, created_at: Option<&Value>) -> ByTime {
        let Some(at) = created_at.and_then(Value::as_str).and_then(read) else {
            return ByTime::Near;
        };
        if self.is_before(at) || at > self.end + self.near {
            ByTime::Outside
        } else if at < self.start || at > self.end || !self.is_known {
            ByTime::Near
        } else {
            ByTime::Within
        }
    }

    /// Whether an object with this `created_at` and all older ones were created long before.
    pub(super) fn is_long_before(&self, created_at: SystemTime) -> bool {
        created_at + Duration::from_secs(24 * 3600) < self.start
    }

    /// How long it takes until the work cannot be done any more. `now` is the caller's time, and
    /// `offset` what to add to it for that of the server's clock.
    pub(super) fn left(&self, now: SystemTime, offset: i64) -> Duration {
        self.end.duration_since(shifted(now, offset)).unwrap_or_default()
    }

    /// The day before the window, for the parameter of a list with its first day.
    pub(super) fn first_day(&self) -> String {
        timestamp::day(timestamp::of(self.start) - 24 * 3_600_000)
    }
}

/// A time of the server.
pub(super) fn read(text: &str) -> Option<SystemTime> {
    let milliseconds = u64::try_from(timestamp::read(text)?).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}

fn shifted(time: SystemTime, milliseconds: i64) -> SystemTime {
    let by = Duration::from_millis(milliseconds.unsigned_abs());
    let moved = if milliseconds < 0 { time.checked_sub(by) } else { time.checked_add(by) };
    moved.unwrap_or(time)
}
