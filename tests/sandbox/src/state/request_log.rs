//! The last requests, for the console.

use std::collections::VecDeque;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::state::clock::{Millis, iso};

/// Says what the sandbox did not do of what a request asked for.
pub(crate) const NOTICE_HEADER: &str = "x-sandbox-notice";

const KEPT: usize = 200;
const MAX_BODY: usize = 8 * 1024;

/// One request and its answer. Headers are not kept: they carry the key.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// When it came.
    pub(crate) at: Millis,
    /// Its method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    /// Status of the answer; None when the connection was reset.
    pub(crate) status: Option<u16>,
    /// Beginning of its body.
    pub(crate) request: Bytes,
    /// Beginning of the answer's body.
    pub(crate) response: Bytes,
    /// How long it took.
    pub(crate) microseconds: u128,
    /// `X-Request-Id`.
    pub(crate) request_id: String,
}

impl Seen {
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

    /// As the control API shows it.
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
        })
    }
}

/// A ring of the last requests.
#[derive(Debug, Default)]
pub(crate) struct Requests(VecDeque<Seen>);

impl Requests {
    /// Adds one; the oldest goes.
    pub(crate) fn add(&mut self, seen: Seen) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(seen);
    }

    /// Newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Seen> {
        self.0.iter().rev()
    }
}

/// What is kept of a body. A long one is copied, so that the whole is not held in memory.
pub(crate) fn head(body: &Bytes) -> Bytes {
    match body.get(..MAX_BODY) {
        Some(head) => Bytes::copy_from_slice(head),
        None => body.clone(),
    }
}
