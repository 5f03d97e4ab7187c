//! An error as JSON, from which `runtime/errors.js` makes the class.

use std::borrow::Cow;

use lomi::binding::{Content, redact};
use lomi::{Error, Map, Response, Value};

use super::json_writer::JsonWriter;
use super::metadata::write_history;
use super::object_writer::ObjectWriter;
use crate::table::number_of;

/// All properties of an error, in Latin-1.
pub(super) fn error_json(error: &Error) -> Vec<u8> {
    let mut object = ObjectWriter::new();
    object.string("kind", Some(error.kind().class_name()));
    object.string("message", Some(error.message()));
    object.string("serverMessage", error.server_message());
    object.number("status", error.status());
    object.string("code", error.code());
    if let Some(details) = error.details() {
        object.value("details", details);
    }
    if let Some(body) = error.body() {
        // A server may echo the request, the key included.
        let text = String::from_utf8_lossy(body);
        object.string("body", Some(&redact(&text)));
        if let Cow::Owned(_) = text {
            // The body is not UTF-8. As Latin-1, no byte is lost.
            let bytes: String = body.iter().copied().map(char::from).collect();
            object.string("rawBody", Some(&redact(&bytes)));
        }
    }
    object.value("headers", &headers(error));
    object.string("requestId", error.request_id());
    object.string("idempotencyKey", error.idempotency_key());
    object.number("attempts", Some(error.attempts()));
    write_history(&mut object, error.history());
    object.string("outcome", Some(error.outcome().as_str()));
    if error.is_outcome_unknown() {
        object.number("outcomeUnknown", Some(true));
    }
    object.string("operation", error.operation());
    if let Some(pause) = error.retry_after() {
        object.number("retryAfter", Some(pause.as_secs_f64()));
    }
    if let Some(call) = error.unknown_call() {
        object.string("unknownCall", Some(&call.to_json()));
    }
    if let Some(last) = error.last() {
        write_last(&mut object, last);
    }
    object.end()
}

/// The last object of a wait: its JSON, the number of its model, and its notes.
fn write_last(object: &mut ObjectWriter, last: &Response) {
    let mut writer = JsonWriter::default();
    let Content::One(model, _) = &last.content else { return };
    if last.decode(&mut writer).is_err() {
        return;
    }
    object.number("lastModel", Some(number_of(model)));
    if let Some(notes) = writer.notes() {
        object.name("lastNotes").extend_from_slice(&notes);
    }
    object.name("last").extend_from_slice(&writer.json);
}

/// The same as a string, for a function that returns an error at once.
pub(crate) fn error_string(error: &Error) -> String {
    // In Latin-1 each byte is one character.
    error_json(error).into_iter().map(char::from).collect()
}

/// The headers by name. The values of a repeated header are joined by commas.
fn headers(error: &Error) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in error.headers() {
        let value = redact(value);
        match headers.get_mut(name.as_str()) {
            Some(Value::String(earlier)) => {
                earlier.push_str(", ");
                earlier.push_str(&value);
            }
            _ => {
                headers.insert(name.clone(), value.into());
            }
        }
    }
    headers.into()
}
