//! A server in memory: lists of any order and envelope, and another clock.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use lomi::binding::RawResponse;
use lomi::{Map, Value, json};

/// The server: its rows, oldest first, and its clock.
pub(crate) struct Server {
    pub(crate) rows: Vec<Map<String, Value>>,
    pub(crate) object: Option<Map<String, Value>>,
    pub(crate) skew: i64,
    pub(crate) sends_date: bool,
    pub(crate) newest_first: bool,
    pub(crate) page: usize,
    /// The word of the envelope: a bare list, or with paging.
    pub(crate) envelope: u64,
    pub(crate) later: i64,
}

impl Server {
    pub(crate) fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        i64::try_from(now.as_millis()).unwrap() + self.skew + self.later
    }

    pub(crate) fn answer(&self, url: &str) -> RawResponse {
        let mut headers = HeaderMap::new();
        if self.sends_date {
            let time = SystemTime::UNIX_EPOCH + Duration::from_millis(self.now() as u64);
            headers.insert("date", httpdate::fmt_http_date(time).parse().unwrap());
        }
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let is_list = !path.split('/').next_back().unwrap().contains('_')
            || path.ends_with("beneficiary_payouts")
            || path.ends_with("beneficiary-payouts");
        let (status, body) = if is_list && !path.contains("/charge/") {
            let number = |name: &str| {
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                pairs.filter(|(n, _)| *n == name).find_map(|(_, v)| v.parse::<usize>().ok())
            };
            let from = number("offset").unwrap_or(0)
                + number("page").map_or(0, |page| (page - 1) * self.page);
            let mut rows = self.rows.clone();
            if self.newest_first {
                rows.reverse();
            }
            let total = rows.len();
            let rows: Vec<Value> =
                rows.into_iter().skip(from).take(self.page).map(Value::from).collect();
            let more = from + rows.len() < total;
            let rows = Value::from(rows);
            let body = match self.envelope {
                0 => {
                    json!({"data": rows, "pagination": {"limit": self.page as u64, "offset": from as u64, "total": total as u64}})
                }
                1 => json!({"data": rows, "has_more": more, "offset": from as u64}),
                _ => rows,
            };
            (200, body)
        } else {
            match &self.object {
                Some(object) => (200, Value::from(object.clone())),
                None => (404, json!({"message": "not found"})),
            }
        };
        RawResponse { status, headers, body: body.to_string().into() }
    }
}
