//! The log of the last requests, for the console and the control API.

use std::collections::VecDeque;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::{Value, json};

use super::time::{Millis, iso};

/// Header that names the fields of a request that were ignored.
pub(crate) const NOTICE_HEADER: &str = "x-sandbox-notice";

const MAX_REQUESTS: usize = 200;
const MAX_BODY: usize = 8 * 1024;

/// One request and its response, without most headers, because they carry the API key.
#[derive(Clone, Debug)]
pub(crate) struct LoggedRequest {
    /// Time of arrival.
    pub(crate) at: Millis,
    /// Its method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    /// Status of the response; None when the connection was reset.
    pub(crate) status: Option<u16>,
    /// Beginning of the request's body.
    pub(crate) request: Bytes,
    /// Beginning of the response's body.
    pub(crate) response: Bytes,
    /// How long it took.
    pub(crate) microseconds: u128,
    /// `X-Request-Id`.
    pub(crate) request_id: String,
    /// `Idempotency-Key`, if one was sent.
    pub(crate) idempotency_key: Option<String>,
}

impl LoggedRequest {
    /// One line for the terminal.
    pub(crate) fn line(&self, headers: &HeaderMap) -> String {
        let status = self.status.map_or("reset".to_owned(), |status| status.to_string());
        let milliseconds = self.microseconds.div_ceil(1_000);
        let mut line = format!("{} {} {status} {milliseconds} ms", self.method, self.target);
        if let Some(notice) = headers.get(NOTICE_HEADER).and_then(|value| value.to_str().ok()) {
            line.push_str("; ");
            line.push_str(notice);
        }
        line
    }

    /// The row of the control API.
    pub(crate) fn row(&self) -> Value {
        json!({
            "at": iso(self.at),
            "method": self.method.as_str(),
            "target": self.target,
            "status": self.status,
            "request": String::from_utf8_lossy(&self.request),
            "response": String::from_utf8_lossy(&self.response),
            "milliseconds": self.microseconds as f64 / 1_000.0,
            "request_id": self.request_id,
            "idempotency_key": self.idempotency_key,
        })
    }
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(VecDeque<LoggedRequest>);

impl RequestLog {
    /// Adds one and removes the oldest.
    pub(crate) fn add(&mut self, request: LoggedRequest) {
        if self.0.len() >= MAX_REQUESTS {
            self.0.pop_front();
        }
        self.0.push_back(request);
    }

    /// Newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &LoggedRequest> {
        self.0.iter().rev()
    }
}

/// Beginning of a body. A long one is copied, so that the rest can be freed.
pub(crate) fn beginning(body: &Bytes) -> Bytes {
    match body.get(..MAX_BODY) {
        Some(beginning) => Bytes::copy_from_slice(beginning),
        None => body.clone(),
    }
}
