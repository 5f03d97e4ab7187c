//! An error as bytes, from which each language makes its class.

use std::borrow::Cow;
use std::fmt;

use lomi::binding::{Content, redact};
use lomi::{Error, Map, Response, Value};

use super::frame::{ERROR, begin, end};
use super::metadata::write_history;
use crate::packed::{MapWriter, PackedSink};

/// The error of a constructor, as the result of a call.
#[derive(Debug, uniffi::Error)]
pub enum Refusal {
    /// What was given is not valid.
    Refused {
        /// The result.
        packed: Vec<u8>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was given is not valid")
    }
}

impl std::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(refused: Error) -> Self {
        Self::Refused { packed: error(&refused) }
    }
}

/// A result with an error.
pub(crate) fn error(error: &Error) -> Vec<u8> {
    let mut writer = begin(512);
    writer.map(|map| write(map, error));
    let end_of_body = writer.bytes.len();
    writer.null();
    end(writer, ERROR, end_of_body)
}

fn write(map: &mut MapWriter<'_>, error: &Error) {
    map.string("class", Some(error.kind().class_name()));
    map.string("message", Some(error.message()));
    map.string("server_message", error.server_message());
    map.integer("status", error.status());
    map.string("code", error.code());
    if let Some(details) = error.details() {
        map.name("details").value(details);
    }
    if let Some(body) = error.body() {
        // A server may echo the request, the key included.
        let text = String::from_utf8_lossy(body);
        map.string("body", Some(&redact(&text)));
        if let Cow::Owned(_) = text {
            // The body is not UTF-8. As Latin-1, no byte is lost.
            let bytes: String = body.iter().copied().map(char::from).collect();
            map.string("raw_body", Some(&redact(&bytes)));
        }
    }
    map.name("headers").value(&headers(error));
    map.string("request_id", error.request_id());
    map.string("idempotency_key", error.idempotency_key());
    map.integer("attempts", Some(error.attempts()));
    write_history(map, error.history());
    map.string("outcome", Some(error.outcome().as_str()));
    map.name("outcome_unknown").boolean(error.is_outcome_unknown());
    map.string("operation", error.operation());
    map.seconds("retry_after", error.retry_after());
    map.string("unknown_call", error.unknown_call().map(|call| call.to_json()).as_deref());
    if let Some(last) = error.last()
        && let Some(bytes) = object(last)
    {
        map.name("last").bytes.extend_from_slice(&bytes);
    }
}

/// The last object of a wait.
fn object(last: &Response) -> Option<Vec<u8>> {
    let mut sink = PackedSink::default();
    let Content::One(..) = &last.content else { return None };
    last.decode(&mut sink).ok()?;
    Some(sink.writer.bytes)
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
