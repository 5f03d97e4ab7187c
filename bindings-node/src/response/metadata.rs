//! What a call has beside its value: status, ids, headers and the history of its attempts.

use http::HeaderMap;
use lomi::{Attempt, Response};

use super::latin1::quote;
use super::object_writer::ObjectWriter;

/// The metadata of a successful call. JavaScript parses it only when a property is read.
pub(super) fn of_reply(response: &Response) -> Vec<u8> {
    let mut metadata = ObjectWriter::new();
    metadata.number("status", Some(response.status));
    metadata.string("requestId", Some(&response.request_id));
    metadata.string("idempotencyKey", response.idempotency_key.as_deref());
    metadata.number("attempts", Some(response.attempts));
    metadata.number("replayed", response.replayed());
    metadata.string("warning", response.warning().as_deref());
    write_history(&mut metadata, &response.history);
    write_headers(metadata.name("headers"), &response.headers);
    metadata.end()
}

/// The attempts of a call, one object for each request.
pub(super) fn write_history(object: &mut ObjectWriter, attempts: &[Attempt]) {
    object.objects("history", attempts, |object, attempt| {
        object.string("method", Some(attempt.method.as_str()));
        object.string("route", Some(&attempt.route));
        object.number("status", attempt.status);
        object.string("failure", attempt.failure.map(lomi::ErrorKind::class_name));
        object.number("milliseconds", u64::try_from(attempt.elapsed.as_millis()).ok());
        object.string("requestId", Some(&attempt.request_id));
    });
}

/// One object of headers by name. The values of a repeated header are joined by commas.
fn write_headers(json: &mut Vec<u8>, headers: &HeaderMap) {
    json.push(b'{');
    for (at, name) in headers.keys().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        // A header's name has no character to escape.
        json.push(b'"');
        json.extend_from_slice(name.as_str().as_bytes());
        json.extend_from_slice(b"\":");
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(only), None) => quote(json, &String::from_utf8_lossy(only.as_bytes())),
            _ => {
                let values = headers.get_all(name).iter();
                let strings = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
                quote(json, &strings.collect::<Vec<_>>().join(", "));
            }
        }
    }
    json.push(b'}');
}
