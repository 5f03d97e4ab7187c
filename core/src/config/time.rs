//! Times that a caller passes as numbers.

use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::limits::LONGEST_TIME;
use crate::messages::bindings as shared;
use crate::messages::config as messages;

/// A time in seconds, as every language but Node passes it. Infinity, and any time too long for a
/// clock, is endless. Refuses zero, a negative number and NaN.
pub fn seconds(name: &str, value: f64) -> Result<Duration, Error> {
    time_of(value).ok_or_else(|| Error::validation(shared::not_seconds(name, value)))
}

/// A time in milliseconds, as Node passes it.
pub fn milliseconds(name: &str, value: f64) -> Result<Duration, Error> {
    time_of(value / 1000.0).ok_or_else(|| Error::validation(shared::not_milliseconds(name, value)))
}

/// A time in seconds that may be zero. One too long for a clock is endless. Refuses a negative number
/// and NaN.
pub fn seconds_from_zero(name: &str, value: f64) -> Result<Duration, Error> {
    match Duration::try_from_secs_f64(value) {
        Ok(time) => Ok(time),
        Err(_) if value > 0.0 => Ok(ENDLESS),
        Err(_) => Err(Error::validation(shared::not_seconds_from_zero(name, value))),
    }
}

/// A moment in seconds since 1970. Refuses one before, and one that no clock can show.
pub fn moment(name: &str, value: f64) -> Result<SystemTime, Error> {
    Duration::try_from_secs_f64(value)
        .ok()
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .ok_or_else(|| Error::validation(shared::impossible_moment(name)))
}

/// A thousand years: longer than any time in use, such as the seconds since 1970. Timeouts of a
/// call have a lower limit, [`LONGEST_TIME`].
const ENDLESS: Duration = Duration::from_secs(1000 * 365 * 24 * 60 * 60);

fn time_of(seconds: f64) -> Option<Duration> {
    if seconds >= ENDLESS.as_secs_f64() {
        return Some(ENDLESS);
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
}

pub(super) fn positive(
    name: &str,
    given: Option<Duration>,
    seconds: u64,
) -> Result<Duration, Error> {
    match given {
        None => Ok(Duration::from_secs(seconds)),
        Some(duration) if duration.is_zero() => {
            Err(Error::configuration(messages::not_above_zero(name)))
        }
        Some(duration) => Ok(duration.min(LONGEST_TIME)),
    }
}
