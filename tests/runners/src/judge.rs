//! Whether a runner did, for one scenario, what the scenario says: on the wire, and in
//! the hands of its caller.

use serde_json::{Map, Value};

use crate::compare::{Context, differs, identical};
use crate::scenario::{Exchange, Scenario};
use crate::server::Request;

/// What one runner did with one scenario.
pub(crate) struct Played {
    pub(crate) result: Option<Value>,
    pub(crate) requests: Vec<Request>,
    pub(crate) strays: u32,
    /// Growth of the runner's memory, where it ran alone.
    pub(crate) grew_mib: Option<u64>,
}

/// Everything that is wrong with it.
pub(crate) fn faults(scenario: &Scenario, played: &Played) -> Vec<String> {
    let context = Context { first: played.requests.first() };
    let mut faults = Vec::new();
    let (asked, expected) = (played.requests.len(), scenario.serve.len());
    if asked != expected {
        faults.push(format!("{asked} requests were sent instead of {expected}"));
    }
    for (at, (exchange, request)) in scenario.serve.iter().zip(&played.requests).enumerate() {
        let told = wrong_request(exchange, request, &context);
        faults.extend(told.into_iter().map(|what| format!("request {}: {what}", at + 1)));
    }
    if played.strays > 0 {
        faults.push(format!("{} connections went to another address", played.strays));
    }
    let Some(result) = &played.result else {
        faults.push("the runner said nothing".into());
        return faults;
    };
    faults.extend(wrong_outcome(scenario, result, &context));
    faults.extend(wrong_time(scenario, result));
    if let (Some(most), Some(grew)) = (scenario.grows_mib, played.grew_mib)
        && grew > most
    {
        faults.push(format!("memory grew by {grew} MiB, at most {most} are allowed"));
    }
    if result.to_string().contains("verysecret") {
        faults.push("the API key is in the result".into());
    }
    faults
}

fn wrong_request(exchange: &Exchange, request: &Request, context: &Context<'_>) -> Vec<String> {
    let expect = &exchange.expect;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut faults = Vec::new();
    let mut check = |name: &str, wanted: Option<&str>, found: &str| {
        if wanted.is_some_and(|wanted| wanted != found) {
            faults.push(format!("{name} is {found}, not {}", wanted.unwrap_or_default()));
        }
    };
    check("the method", expect.method.as_deref(), &request.method);
    check("the path", expect.path.as_deref(), path);
    if let Some(wanted) = &expect.query {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), Value::String(decoded(value)))
        });
        let found = Value::Object(pairs.collect());
        if !identical(&Value::Object(wanted.clone()), &found) {
            let wanted = Value::Object(wanted.clone());
            faults.push(format!("the query is {found}, not {wanted}"));
        }
    }
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect();
    for (name, wanted) in &expect.headers {
        let name = name.to_ascii_lowercase();
        faults.extend(differs(wanted, headers.get(&name), context, &format!("header {name}")));
    }
    if let Some(wanted) = &expect.json {
        match serde_json::from_slice::<Value>(&request.body) {
            // By text, so that 10000 and 10000.0 are two things.
            Ok(found) if found == *wanted => {}
            Ok(found) => faults.push(format!("the body is {found}, not {wanted}")),
            Err(error) => faults.push(format!("the body is no JSON: {error}")),
        }
    }
    faults
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match (byte, hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wrong_outcome(scenario: &Scenario, result: &Value, context: &Context<'_>) -> Vec<String> {
    const PARTS: &[&str] = &["value", "items", "page", "error", "text"];
    let mut faults = Vec::new();
    for (name, wanted) in &scenario.outcome {
        // A runner whose calls do not give the facts of the request leaves them out.
        if name == "facts" && result.get("facts").is_none() && result.get("error").is_none() {
            continue;
        }
        faults.extend(differs(wanted, result.get(name), context, name));
    }
    for part in PARTS {
        if result.get(*part).is_some_and(|found| !found.is_null())
            && !scenario.outcome.contains_key(*part)
        {
            let found = result.get(*part).map(Value::to_string).unwrap_or_default();
            faults.push(format!("it gave {part} as well: {found:.300}"));
        }
    }
    faults
}

fn wrong_time(scenario: &Scenario, result: &Value) -> Vec<String> {
    let took = result.get("ms").and_then(Value::as_f64).unwrap_or_default();
    let mut faults = Vec::new();
    if scenario.within_ms.is_some_and(|most| took > most as f64) {
        faults.push(format!("it took {took:.0} ms, more than {:?}", scenario.within_ms));
    }
    if scenario.at_least_ms.is_some_and(|least| took < least as f64) {
        faults.push(format!("it took only {took:.0} ms, less than {:?}", scenario.at_least_ms));
    }
    faults
}

/// The bytes of a request with what differs by nature masked: the address, the names
/// that clients give themselves, and what is random.
pub(crate) fn bytes_of(request: &Request) -> String {
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

/// Where two runners differ in the same scenario, though both may be right by its letter.
pub(crate) fn apart(scenario: &Scenario, one: &Played, other: &Played) -> Option<String> {
    for (at, (a, b)) in one.requests.iter().zip(&other.requests).enumerate() {
        let (a, b) = (bytes_of(a), bytes_of(b));
        if a != b {
            let line = a.lines().zip(b.lines()).find(|(a, b)| a != b);
            return Some(format!("request {} differs from the Rust one: {line:?}", at + 1));
        }
    }
    let (Some(a), Some(b)) = (&one.result, &other.result) else { return None };
    let (a, b) = (settled(scenario, a, one), settled(scenario, b, other));
    a.iter().find_map(|(name, value)| {
        let found = b.get(name).unwrap_or(&Value::Null);
        (!identical(value, found))
            .then(|| format!("{name} differs from the Rust one: {value:.300} and {found:.300}"))
    })
}

/// A result without what differs by nature.
fn settled(scenario: &Scenario, result: &Value, played: &Played) -> Map<String, Value> {
    let mut kept = Map::new();
    let values: &[&str] = if scenario.own_values { &[] } else { &["value", "originals"] };
    for name in ["items", "page", "text"].iter().chain(values) {
        let mut value = result.get(*name).cloned().unwrap_or(Value::Null);
        if let Value::Object(fields) = &mut value {
            // Null and left out are the same to a caller of most languages; and whether
            // more follows is the server's word in Rust, and worked out elsewhere.
            fields.retain(|name, value| !value.is_null() && name != "has_more");
        }
        kept.insert((*name).into(), value);
    }
    if let Some(Value::Object(error)) = result.get("error") {
        for (name, value) in error {
            let random = ["request_id", "idempotency_key"].contains(&name.as_str())
                && value.as_str().is_some_and(is_random);
            if random || (scenario.own_words && ["message", "body"].contains(&name.as_str())) {
                continue;
            }
            let value = match value {
                Value::String(text) => Value::String(masked(text, played)),
                other => other.clone(),
            };
            kept.insert(format!("error.{name}"), value);
        }
    }
    kept
}

/// A sentence without ports and random keys.
fn masked(text: &str, played: &Played) -> String {
    let mut text = text.to_owned();
    for request in &played.requests {
        for name in ["host", "idempotency-key", "x-request-id"] {
            if let Some(value) = request.header(name) {
                text = text.replace(value, name);
            }
        }
    }
    without_ports(&text)
}

/// The ports of this machine differ from one server to the next.
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
