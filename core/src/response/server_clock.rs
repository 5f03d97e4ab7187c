//! The clock of the server, by the header Date.

use std::time::SystemTime;

use http::HeaderMap;
use http::header::DATE;

use super::Response;

/// What to add to the time of this machine for that of the server, in milliseconds.
pub(crate) fn offset(headers: &HeaderMap, now: SystemTime) -> Option<i64> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date).ok()?;
    let (ahead, difference) = match date.duration_since(now) {
        Ok(difference) => (1, difference),
        Err(behind) => (-1, behind.duration()),
    };
    Some(ahead * i64::try_from(difference.as_millis()).ok()?)
}

impl Response {
    /// What to add to the time of this machine for that of the server, in milliseconds.
    pub(crate) fn clock_offset(&self, now: SystemTime) -> Option<i64> {
        offset(&self.headers, now)
    }
}
