//! Requests and results in a form that can be compared between runners.

use serde_json::{Map, Value};

use super::recording::Recording;
use crate::scenario::Scenario;
use crate::server::request::Request;

/// The bytes of a request, in which the address, the user agent and random values are masked.
pub(crate) fn normal_request(request: &Request) -> String {
    let mut headers: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            "host" => "host: ADDRESS".to_owned(),
            "user-agent" => "user-agent: NAME".to_owned(),
            "x-request-id" | "idempotency-key" if is_random(value) => format!("{name}: RANDOM"),
            _ => format!("{name}: {value}"),
        })
        .collect();
    headers.sort();
    format!(
        "{} {} HTTP/1.1\n{}\n\n{}\n",
        request.method,
        request.target,
        headers.join("\n"),
        String::from_utf8_lossy(&request.body)
    )
}

fn is_random(value: &str) -> bool {
    value.len() == 36 && value.as_bytes().get(14) == Some(&b'4')
}

/// A result without random values and allowed differences.
pub(super) fn normal_result(
    scenario: &Scenario,
    result: &Value,
    recording: &Recording,
) -> Map<String, Value> {
    let mut normal = Map::new();
    let values: &[&str] = if scenario.own_values { &[] } else { &["value", "originals"] };
    for name in ["items", "page", "text"].iter().chain(values) {
        let mut value = result.get(*name).cloned().unwrap_or(Value::Null);
        if let Value::Object(fields) = &mut value {
            // Null and absent are the same in most languages. `has_more` is that of the server in
            // Rust, and derived in other languages.
            fields.retain(|name, value| !value.is_null() && name != "has_more");
        }
        normal.insert((*name).into(), value);
    }
    if let Some(Value::Object(error)) = result.get("error") {
        for (name, value) in error {
            let random = ["request_id", "idempotency_key"].contains(&name.as_str())
                && value.as_str().is_some_and(is_random);
            if random || (scenario.own_words && ["message", "body"].contains(&name.as_str())) {
                continue;
            }
            let value = match value {
                Value::String(text) => Value::String(masked(text, recording)),
                other => other.clone(),
            };
            normal.insert(format!("error.{name}"), value);
        }
    }
    normal
}

/// How a webhook's raw body is read follows these words, with the frameworks of the language.
const RAW_BODY: &str = "before anything parses it (";

/// A message without ports, random keys and the frameworks of a language.
fn masked(text: &str, recording: &Recording) -> String {
    let end = text.find(RAW_BODY).unwrap_or(text.len());
    let mut text = text.get(..end).unwrap_or(text).to_owned();
    for request in &recording.requests {
        for name in ["host", "idempotency-key", "x-request-id"] {
            if let Some(value) = request.header(name) {
                text = text.replace(value, name);
            }
        }
    }
    without_ports(&text)
}

/// Removes ports, which differ from server to server.
fn without_ports(text: &str) -> String {
    let mut masked = text.to_owned();
    for host in ["127.0.0.1:", "localhost:"] {
        let text = std::mem::take(&mut masked);
        let mut parts = text.split(host);
        masked.push_str(parts.next().unwrap_or_default());
        for part in parts {
            masked.push_str(host);
            masked.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
    }
    masked
}
