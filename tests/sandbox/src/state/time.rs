//! Times of the API: how they are read and written.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970, UTC.
pub(crate) type Millis = i64;

/// One minute in milliseconds.
pub(crate) const MINUTE: Millis = 60_000;

/// The machine's time, also when the sandbox's clock has been moved.
pub(crate) fn system_now() -> Millis {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| Millis::try_from(d.as_millis()).unwrap_or(Millis::MAX))
}

/// Reads `90s`, `61m`, `2h`, `7d`, `250ms`, also combined, as in `1h30m`.
pub(crate) fn parse_duration(text: &str) -> Option<Millis> {
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

/// Reads a time, or a day such as `2026-01-31`, which begins at midnight UTC.
pub(crate) fn parse_day(text: &str) -> Option<Millis> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    parse_iso(text).or_else(|| Some(day()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        assert_eq!(iso(1_743_780_109_955), "2025-04-04T15:21:49.955Z");
        assert_eq!(iso(1_743_780_109_000), "2025-04-04T15:21:49.000Z");
        assert_eq!(parse_iso("2025-04-04T15:21:49.955Z"), Some(1_743_780_109_955));
        assert_eq!(parse_iso("2025-04-04T17:21:49.955+02:00"), Some(1_743_780_109_955));
        assert_eq!(parse_iso("yesterday"), None);
        assert_eq!(parse_day("2025-04-04"), parse_iso("2025-04-04T00:00:00Z"));
        assert_eq!(parse_day("2025-04-04T15:21:49.955Z"), Some(1_743_780_109_955));
        assert_eq!(parse_day(""), None);
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("61m"), Some(3_660_000));
        assert_eq!(parse_duration("1h30m"), Some(5_400_000));
        assert_eq!(parse_duration("250ms"), Some(250));
        for wrong in ["", "61", "m", "1y", "-5m", "99999999999999999999s"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
