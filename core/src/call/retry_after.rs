//! Reads how long a server asks to wait.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

use crate::json::Value;

/// How long the server asks to wait: the header, in seconds or as a date (relative to the
/// response's own date), else the number in the body. An invalid value is ignored.
pub(crate) fn read(headers: &HeaderMap, details: Option<&Value>) -> Option<Duration> {
    let text =
        |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let header = text(RETRY_AFTER).and_then(|value| {
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            return value.parse().ok().map(Duration::from_secs);
        }
        let until = httpdate::parse_http_date(value).ok()?;
        let now = text(DATE)
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .unwrap_or_else(SystemTime::now);
        Some(until.duration_since(now).unwrap_or_default())
    });
    header.or_else(|| details?.get("retry_after_seconds")?.as_u64().map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_read_in_every_form_and_nonsense_in_none() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            headers.insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
            super::read(&headers, None).map(|duration| duration.as_secs())
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
        assert_eq!(super::read(&HeaderMap::new(), Some(&details)), Some(Duration::from_secs(7)));
    }
}
