//! Failures of a runner in one scenario: in its requests, its result, its time and its memory.

use serde_json::{Map, Value};

use super::compare::{Context, differs, identical};
use super::recording::Recording;
use super::url::decoded;
use crate::scenario::{Exchange, Scenario};
use crate::server::request::Request;

/// Every difference between a recording and its scenario.
pub(crate) fn of(scenario: &Scenario, recording: &Recording) -> Vec<String> {
    let context = Context { first: recording.requests.first() };
    let mut failures = Vec::new();
    let (sent, expected) = (recording.requests.len(), scenario.serve.len());
    if sent != expected {
        failures.push(format!("{sent} requests were sent instead of {expected}"));
    }
    for (at, (exchange, request)) in scenario.serve.iter().zip(&recording.requests).enumerate() {
        let problems = wrong_request(exchange, request, &context);
        failures
            .extend(problems.into_iter().map(|problem| format!("request {}: {problem}", at + 1)));
    }
    if recording.stray_connections > 0 {
        failures
            .push(format!("{} connections went to another address", recording.stray_connections));
    }
    let Some(result) = &recording.result else {
        failures.push("the runner printed no result".into());
        return failures;
    };
    failures.extend(wrong_outcome(scenario, result, &context));
    failures.extend(wrong_time(scenario, result));
    if let (Some(limit), Some(growth)) = (scenario.grows_mib, recording.memory_growth_mib)
        && growth > limit
    {
        failures.push(format!("memory grew by {growth} MiB, more than {limit} MiB"));
    }
    if result.to_string().contains("verysecret") {
        failures.push("the API key is in the result".into());
    }
    failures
}

fn wrong_request(exchange: &Exchange, request: &Request, context: &Context<'_>) -> Vec<String> {
    let expect = &exchange.expect;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut failures = Vec::new();
    let mut check = |name: &str, wanted: Option<&str>, found: &str| {
        if wanted.is_some_and(|wanted| wanted != found) {
            failures.push(format!("{name} is {found}, not {}", wanted.unwrap_or_default()));
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
            failures.push(format!("the query is {found}, not {wanted}"));
        }
    }
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect();
    for (name, wanted) in &expect.headers {
        let name = name.to_ascii_lowercase();
        failures.extend(differs(wanted, headers.get(&name), context, &format!("header {name}")));
    }
    if let Some(wanted) = &expect.json {
        match serde_json::from_slice::<Value>(&request.body) {
            // Numbers are compared as text, so that 10000 and 10000.0 differ.
            Ok(found) if found == *wanted => {}
            Ok(found) => failures.push(format!("the body is {found}, not {wanted}")),
            Err(error) => failures.push(format!("the body is not JSON: {error}")),
        }
    }
    failures
}

fn wrong_outcome(scenario: &Scenario, result: &Value, context: &Context<'_>) -> Vec<String> {
    const PARTS: &[&str] = &["value", "items", "page", "error", "text"];
    let mut failures = Vec::new();
    for (name, wanted) in &scenario.outcome {
        // A runner whose calls do not return the facts of the request omits them.
        if name == "facts" && result.get("facts").is_none() && result.get("error").is_none() {
            continue;
        }
        failures.extend(differs(wanted, result.get(name), context, name));
    }
    for part in PARTS {
        if result.get(*part).is_some_and(|found| !found.is_null())
            && !scenario.outcome.contains_key(*part)
        {
            let found = result.get(*part).map(Value::to_string).unwrap_or_default();
            failures.push(format!("it returned {part} as well: {found:.300}"));
        }
    }
    failures
}

fn wrong_time(scenario: &Scenario, result: &Value) -> Vec<String> {
    let took = result.get("ms").and_then(Value::as_f64).unwrap_or_default();
    let mut failures = Vec::new();
    if scenario.within_ms.is_some_and(|most| took > most as f64) {
        failures.push(format!("it took {took:.0} ms, more than {:?}", scenario.within_ms));
    }
    if scenario.at_least_ms.is_some_and(|least| took < least as f64) {
        failures.push(format!("it took only {took:.0} ms, less than {:?}", scenario.at_least_ms));
    }
    failures
}
