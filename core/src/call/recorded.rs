//! A call that is recorded, or answered without a connection.

use std::time::{Duration, Instant};

use http::HeaderMap;

use super::raw_response::RawResponse;
use super::state::Call;
use super::transport_error::TransportError;
use crate::json::{Map, Value};
use crate::log;
use crate::message::Message;
use crate::messages::recording as messages;
use crate::recording::{Exchange, Offline, Received, Sent};
use crate::request::{Request, Target};

impl Call {
    /// Keeps what a recording needs of a request, which the transport consumes.
    pub(super) fn keep_request(&mut self, request: &Request) {
        if self.config.recorder.is_none() || self.is_prewarm() {
            return;
        }
        let is_download = matches!(self.target, Target::Download(_));
        let target = if is_download { "/" } else { target_of(&request.url) };
        self.to_record = Some(Box::new(Exchange {
            operation: self.target.name(),
            method: request.method.to_string(),
            base: target_of(&self.config.base_url).to_owned(),
            target: target.to_owned(),
            idempotency_key: self.idempotency_key.clone(),
            body: body_of(request),
            received: Received::refused(Message::untranslated("")),
        }));
    }

    /// Appends the attempt that has ended to the recording.
    pub(super) fn record(&mut self, result: &Result<RawResponse, TransportError>, now: Instant) {
        let Some((recorder, mut exchange)) =
            self.config.recorder.as_ref().zip(self.to_record.take())
        else {
            return;
        };
        exchange.received = match result {
            // A file is not recorded, nor the headers of its host.
            Ok(raw) if self.is_download() => Received::Response {
                status: raw.status,
                headers: HeaderMap::new(),
                body: bytes::Bytes::new(),
            },
            Ok(raw) => Received::Response {
                status: raw.status,
                headers: raw.headers.clone(),
                body: raw.body.clone(),
            },
            Err(error) => Received::Failure {
                kind: error.kind,
                outcome: error.outcome,
                message: error.message.clone(),
            },
        };
        let took = now.saturating_duration_since(self.sent_at);
        log::warnings(recorder.append(&exchange, took).as_slice());
    }

    /// What answers this call without a connection.
    pub(crate) fn offline(&self) -> Option<&Offline> {
        self.config.offline.as_ref()
    }

    /// Answers a request without a connection.
    pub(crate) fn answer(
        &self,
        offline: &Offline,
        request: &Request,
    ) -> Result<RawResponse, TransportError> {
        if self.is_prewarm() {
            return Ok(RawResponse::without_body());
        }
        if self.is_download() {
            return to_raw(Received::refused(messages::no_download()));
        }
        let name = self.target.name();
        to_raw(offline.answer(Sent {
            name: &name,
            operation: self.target.operation(),
            method: request.method.as_str(),
            target: target_of(&request.url),
            path: &self.input.path,
            idempotency_key: self.idempotency_key.as_deref(),
            call: &self.request_id,
            body: body_of(request),
        }))
    }

    /// The time of this call: a pause that is skipped counts as if it had passed.
    pub(super) fn time(&self, now: Instant) -> Instant {
        now + self.skipped
    }

    /// The pause to make now: none without a connection.
    pub(super) fn pause(&mut self, pause: Duration) -> Duration {
        if self.config.offline.is_none() {
            return pause;
        }
        self.skipped += pause;
        Duration::ZERO
    }
}

fn to_raw(received: Received) -> Result<RawResponse, TransportError> {
    match received {
        Received::Response { status, headers, body } => Ok(RawResponse { status, headers, body }),
        Received::Failure { kind, outcome, message } => {
            Err(TransportError::new(kind, outcome, message))
        }
    }
}

/// The path and the query of a URL.
fn target_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

/// The JSON of a body; null if there is none.
fn body_of(request: &Request) -> Value {
    let body = request.body.as_ref().and_then(|body| std::str::from_utf8(body).ok());
    match body.map(str::parse::<Value>) {
        Some(Ok(json)) => json,
        Some(Err(_)) => Map::new().into(),
        None => Value::Null,
    }
}
