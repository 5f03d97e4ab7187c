//! What is known about a call beside its values, as JSON text in Latin-1.

use std::fmt::Display;
use std::io::Write;

use http::HeaderMap;
use lomi::{Attempt, Error, Map, PageFacts, Reply, Value, redact};

use crate::writer::quote;

/// The facts of a successful call. Read in JavaScript only when somebody asks.
pub(crate) fn of_reply(reply: &Reply) -> Vec<u8> {
    let mut facts = Facts::new();
    facts.number("status", Some(reply.status));
    facts.text("requestId", Some(&reply.request_id));
    facts.text("idempotencyKey", reply.idempotency_key.as_deref());
    facts.number("attempts", Some(reply.attempts));
    facts.number("replayed", reply.replayed());
    facts.text("warning", reply.warning().as_deref());
    history(&mut facts, &reply.history);
    facts.name("headers");
    all_headers(&mut facts.0, &reply.headers);
    facts.end()
}

/// Everything an error says.
pub(crate) fn of_error(error: &Error) -> Vec<u8> {
    let mut facts = Facts::new();
    facts.text("kind", Some(error.kind.class_name()));
    facts.text("message", Some(&error.message));
    facts.number("status", error.status);
    facts.text("code", error.code.as_deref());
    if let Some(details) = &error.details {
        facts.name("details");
        value(&mut facts.0, details);
    }
    if let Some(body) = &error.body {
        // A server may send back what it was sent, the key included.
        facts.text("body", Some(&redact(&String::from_utf8_lossy(body))));
    }
    facts.name("headers");
    headers(&mut facts.0, error.headers.iter().map(|(n, v)| (n.as_str(), redact(v))));
    facts.text("requestId", error.request_id.as_deref());
    facts.text("idempotencyKey", error.idempotency_key.as_deref());
    facts.number("attempts", Some(error.attempts));
    history(&mut facts, &error.history);
    facts.text("outcome", Some(error.outcome.as_str()));
    if error.is_outcome_unknown() {
        facts.name("outcomeUnknown");
        facts.0.extend_from_slice(b"true");
    }
    facts.text("operation", error.operation.as_deref());
    if let Some(pause) = error.retry_after {
        facts.number("retryAfter", Some(pause.as_secs_f64()));
    }
    facts.end()
}

/// What each request of a call came to.
fn history(facts: &mut Facts, attempts: &[Attempt]) {
    facts.name("history");
    facts.0.push(b'[');
    for (at, attempt) in attempts.iter().enumerate() {
        if at > 0 {
            facts.0.push(b',');
        }
        facts.0.push(b'{');
        facts.text("method", Some(attempt.method.as_str()));
        facts.text("route", Some(&attempt.route));
        facts.number("status", attempt.status);
        facts.text("failure", attempt.failure.map(lomi::ErrorKind::class_name));
        facts.number("milliseconds", u64::try_from(attempt.elapsed.as_millis()).ok());
        facts.text("requestId", Some(&attempt.request_id));
        facts.0.push(b'}');
    }
    facts.0.push(b']');
}

/// What the envelope of a page says, as members that follow its rows.
pub(crate) fn of_page(out: &mut Vec<u8>, page: &PageFacts, more: bool) {
    let mut facts = Facts(std::mem::take(out));
    for (name, number) in [
        ("total", page.total),
        ("limit", page.limit),
        ("offset", page.offset),
        ("page", page.page),
        ("total_pages", page.total_pages),
    ] {
        facts.number(name, number);
    }
    facts.number("has_more", Some(page.has_more.unwrap_or(more)));
    facts.text("next_cursor", page.next_cursor.as_deref());
    *out = facts.0;
}

struct Facts(Vec<u8>);

impl Facts {
    fn new() -> Self {
        let mut text = Vec::with_capacity(768);
        text.push(b'{');
        Self(text)
    }

    fn name(&mut self, name: &str) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        // Ours, and plain.
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// A number or a truth.
    fn number(&mut self, name: &str, number: Option<impl Display>) {
        self.name(name);
        match number {
            // Writing to memory does not fail.
            Some(number) => drop(write!(self.0, "{number}")),
            None => self.0.extend_from_slice(b"null"),
        }
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        self.name(name);
        match text {
            Some(text) => quote(&mut self.0, text),
            None => self.0.extend_from_slice(b"null"),
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// One object of headers by name; one that came several times is one text, parted by
/// commas.
fn all_headers(out: &mut Vec<u8>, headers: &HeaderMap) {
    out.push(b'{');
    for (at, name) in headers.keys().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        // A header's name has nothing to escape.
        out.push(b'"');
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b"\":");
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(only), None) => quote(out, &String::from_utf8_lossy(only.as_bytes())),
            _ => {
                let texts =
                    headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes()));
                quote(out, &texts.collect::<Vec<_>>().join(", "));
            }
        }
    }
    out.push(b'}');
}

/// The same of pairs.
fn headers<'a>(out: &mut Vec<u8>, pairs: impl Iterator<Item = (&'a str, String)>) {
    let mut all: Map<String, Value> = Map::new();
    for (name, text) in pairs {
        match all.get_mut(name) {
            Some(Value::String(earlier)) => {
                earlier.push_str(", ");
                earlier.push_str(&text);
            }
            _ => {
                all.insert(name.to_owned(), text.into());
            }
        }
    }
    value(out, &all.into());
}

/// Any JSON; numbers that JavaScript cannot hold become text.
fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => quote(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                self::value(out, item);
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            out.push(b'{');
            for (at, (name, field)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                quote(out, name);
                out.push(b':');
                self::value(out, field);
            }
            out.push(b'}');
        }
        other => out.extend_from_slice(other.to_string().as_bytes()),
    }
}
