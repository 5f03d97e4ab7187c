//! The sandbox's idea of the time, and how times are written and read.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970, UTC.
pub(crate) type Millis = i64;

/// One minute in milliseconds.
pub(crate) const MINUTE: Millis = 60_000;

/// A clock that follows the system's.
#[derive(Debug, Default)]
pub(crate) struct Clock;

impl Clock {
    /// The time now.
    pub(crate) fn now(&self) -> Millis {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| Millis::try_from(d.as_millis()).unwrap_or(Millis::MAX))
    }
}

/// `2025-04-04T15:21:49.955Z`.
pub(crate) fn iso(at: Millis) -> String {
    Timestamp::from_millisecond(at)
        .map_or_else(|_| String::new(), |t| t.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
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
}
