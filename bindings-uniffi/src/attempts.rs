//! The events of attempts, as bytes.

use lomi::{ErrorKind, RequestEvent, ResponseEvent};

use crate::packed::Writer;

/// Before a request.
pub(crate) fn request(event: &RequestEvent<'_>) -> Vec<u8> {
    let mut writer = Writer::with_capacity(256);
    writer.map(|map| {
        map.string("event", Some("request"));
        map.string("operation", Some(event.operation));
        map.string("method", Some(event.method.as_str()));
        map.string("route", Some(event.route));
        map.integer("attempt", Some(event.attempt));
        map.string("idempotency_key", event.idempotency_key);
        map.string("request_id", Some(event.request_id));
    });
    writer.bytes
}

/// After an attempt.
pub(crate) fn response(event: &ResponseEvent<'_>) -> Vec<u8> {
    let mut writer = Writer::with_capacity(512);
    writer.map(|map| {
        map.string("event", Some("response"));
        map.string("operation", Some(event.operation));
        map.string("method", Some(event.method.as_str()));
        map.string("route", Some(event.route));
        map.integer("attempt", Some(event.attempt));
        map.string("idempotency_key", event.idempotency_key);
        map.integer("status", event.status);
        map.string("error", event.failure.map(ErrorKind::class_name));
        map.seconds("elapsed", Some(event.elapsed));
        map.string("request_id", Some(event.request_id));
        map.seconds("retry_in", event.retry_in);
        map.string("text", Some(&event.to_string()));
    });
    writer.bytes
}
