//! Billing periods of subscriptions.

use jiff::{Span, Timestamp, tz::TimeZone};

use crate::state::time::Millis;

/// How long a billing period lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    months: i32,
    days: i32,
}

impl Interval {
    /// The interval of a word of the API. None for a price that does not recur, such as `lifetime`,
    /// and for an unknown word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let (months, days) = match word {
            "day" | "daily" => (0, 1),
            "week" | "weekly" => (0, 7),
            "bi-weekly" => (0, 14),
            "month" | "monthly" => (1, 0),
            "bi-monthly" => (2, 0),
            "quarter" | "quarterly" => (3, 0),
            "semi-annual" => (6, 0),
            "year" | "yearly" => (12, 0),
            _ => return None,
        };
        Some(Self { months, days })
    }

    /// The end of the period that begins at `at`, on `day` of its month where the month has that
    /// many days: a period that began on the 31st does not stay on the 28th after February.
    pub(crate) fn after(self, at: Millis, day: i8) -> Option<Millis> {
        let start = Timestamp::from_millisecond(at).ok()?.to_zoned(TimeZone::UTC);
        let span = Span::new().try_months(self.months).ok()?.try_days(self.days).ok()?;
        let end = start.checked_add(span).ok()?;
        if self.months == 0 {
            return Some(end.timestamp().as_millisecond());
        }
        let day = day.clamp(1, end.days_in_month());
        Some(end.with().day(day).build().ok()?.timestamp().as_millisecond())
    }
}

/// The day of the month of a time.
pub(crate) fn day_of(at: Millis) -> i8 {
    Timestamp::from_millisecond(at).map_or(1, |t| t.to_zoned(TimeZone::UTC).day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::time::{iso, parse_iso};

    #[test]
    fn periods_follow_the_calendar() {
        let next = |word: &str, from: &str, day: i8| {
            let from = parse_iso(from).unwrap();
            iso(Interval::of_word(word).unwrap().after(from, day).unwrap())[..10].to_owned()
        };
        for (word, from, day, to) in [
            ("month", "2027-01-31T08:00:00Z", 31, "2027-02-28"),
            ("month", "2027-02-28T08:00:00Z", 31, "2027-03-31"),
            ("month", "2027-02-28T08:00:00Z", 28, "2027-03-28"),
            ("year", "2028-02-29T08:00:00Z", 29, "2029-02-28"),
            ("quarterly", "2027-11-30T08:00:00Z", 30, "2028-02-29"),
            ("bi-weekly", "2027-02-25T08:00:00Z", 25, "2027-03-11"),
            ("day", "2027-12-31T23:59:59Z", 31, "2028-01-01"),
        ] {
            assert_eq!(next(word, from, day), to, "{word} {from}");
        }
        assert_eq!(Interval::of_word("lifetime"), None);
    }
}
