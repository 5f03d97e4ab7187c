//! Times of the API as text, and as milliseconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

const DAY: i64 = 86_400_000;

/// Reads a time as the API writes it.
pub(crate) fn read(text: &str) -> Option<i64> {
    let at = match text.as_bytes().get(10) {
        // A space in place of the T, as databases write it.
        Some(b' ') => OffsetDateTime::parse(&text.replacen(' ', "T", 1), &Rfc3339),
        _ => OffsetDateTime::parse(text, &Rfc3339),
    };
    let at = at.ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Reads a day, such as `2026-11-27`, as its start.
pub(crate) fn read_day(text: &str) -> Option<i64> {
    read(&format!("{text}T00:00:00Z"))
}

/// The day of a time in UTC.
pub(crate) fn day(milliseconds: i64) -> String {
    let days = i32::try_from(milliseconds.div_euclid(DAY)).unwrap_or(0);
    let day = Date::from_julian_day(days.saturating_add(2_440_588)).unwrap_or(Date::MAX);
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// A time in UTC, in whole seconds.
pub(crate) fn write(milliseconds: i64) -> String {
    let seconds = milliseconds.rem_euclid(DAY) / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}Z", day(milliseconds), seconds % 60)
}

/// The time of this machine.
pub(crate) fn of(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_read_and_written() {
        assert_eq!(read("1970-01-02T00:00:00.250Z"), Some(DAY + 250));
        assert_eq!(read("1970-01-02 01:00:00+01:00"), Some(DAY));
        assert_eq!(write(DAY + 3_725_250), "1970-01-02T01:02:05Z");
        assert_eq!(read("yesterday"), None);
        assert_eq!(read_day("2026-11-27").map(day).as_deref(), Some("2026-11-27"));
        assert_eq!((read_day("2026-13-27"), day(-1)), (None, "1969-12-31".to_owned()));
    }
}
