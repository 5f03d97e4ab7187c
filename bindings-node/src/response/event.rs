//! The events of a call's attempts as JSON, for the hooks of `runtime/call/hooks.js`.

use std::time::Duration;

use lomi::{ErrorKind, RequestEvent, ResponseEvent};
use napi::{Env, sys};

use super::call_result::CallResult;
use super::object_writer::ObjectWriter;

/// One event of an attempt.
pub(crate) struct AttemptEvent {
    tag: u32,
    json: Vec<u8>,
}

impl AttemptEvent {
    // These continue the tags of `CallResult`.
    const REQUEST: u32 = 5;
    const RESPONSE: u32 = 6;

    pub(crate) fn request(event: &RequestEvent<'_>) -> Self {
        let mut object = ObjectWriter::new();
        object.string("operation", Some(event.operation));
        object.string("method", Some(event.method.as_str()));
        object.string("route", Some(event.route));
        object.number("attempt", Some(event.attempt));
        object.string("idempotencyKey", event.idempotency_key);
        object.string("requestId", Some(event.request_id));
        Self { tag: Self::REQUEST, json: object.end() }
    }

    pub(crate) fn response(event: &ResponseEvent<'_>) -> Self {
        let mut object = ObjectWriter::new();
        object.string("operation", Some(event.operation));
        object.string("method", Some(event.method.as_str()));
        object.string("route", Some(event.route));
        object.number("attempt", Some(event.attempt));
        object.string("idempotencyKey", event.idempotency_key);
        object.number("status", event.status);
        object.string("error", event.failure.map(ErrorKind::class_name));
        object.number("elapsedMs", Some(milliseconds(event.elapsed)));
        object.string("requestId", Some(event.request_id));
        object.number("retryInMs", event.retry_in.map(milliseconds));
        Self { tag: Self::RESPONSE, json: object.end() }
    }

    /// The same five values as those of a result.
    pub(crate) fn values(self, env: &Env, id: u32) -> napi::Result<[sys::napi_value; 5]> {
        CallResult { tag: self.tag, ..CallResult::any(self.json) }.values(env, id)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
