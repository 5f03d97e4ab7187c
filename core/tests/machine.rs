//! The call's state machine under thousands of schedules, in virtual time: whatever the server and
//! the network do, no money is moved twice and no call outlives its deadline.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use http::HeaderMap;
use lomi::binding::{
    Call, ConfigBuilder, HostState, RawResponse, Step, Target, TransportError, table,
};
use lomi::json;
use lomi::{CallOptions, ErrorKind, Input, Outcome};
use proptest::prelude::*;

/// The fate of one request.
#[derive(Debug, Clone)]
enum Fate {
    Status(u16, Option<&'static str>),
    MissingRoute,
    InProgress,
    Garbage,
    Fine,
    NotReached,
    CutOff,
    NoResponse,
    BadCertificate,
}

fn fates() -> impl Strategy<Value = Vec<(Fate, u64)>> {
    let hint = prop_oneof![
        Just(None),
        Just(Some("0")),
        Just(Some("2")),
        Just(Some("59")),
        Just(Some("900")),
        Just(Some("soon")),
    ];
    let status = prop_oneof![
        Just(400),
        Just(401),
        Just(404),
        Just(408),
        Just(409),
        Just(429),
        Just(500),
        Just(502),
        Just(503),
        Just(504),
        Just(302),
    ];
    let fate = prop_oneof![
        4 => (status, hint).prop_map(|(status, hint)| Fate::Status(status, hint)),
        1 => Just(Fate::MissingRoute),
        1 => Just(Fate::InProgress),
        1 => Just(Fate::Garbage),
        1 => Just(Fate::Fine),
        2 => Just(Fate::NotReached),
        2 => Just(Fate::CutOff),
        1 => Just(Fate::NoResponse),
        1 => Just(Fate::BadCertificate),
    ];
    proptest::collection::vec((fate, 0..40_000_u64), 1..12)
}

#[derive(Debug, Clone, Copy)]
enum Case {
    Operation(&'static str),
    Raw(&'static str),
}

fn calls() -> impl Strategy<Value = Case> {
    prop_oneof![
        Just(Case::Operation("create_checkout_session")),
        Just(Case::Operation("retrieve_checkout_session")),
        Just(Case::Operation("list_checkout_sessions")),
        Just(Case::Operation("update_checkout_session")),
        Just(Case::Operation("delete_checkout_session")),
        Just(Case::Raw("POST")),
        Just(Case::Raw("GET")),
    ]
}

fn prepared(call: Case, max_retries: u32, timeout: Duration, now: Instant) -> Box<Call> {
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some("http://127.0.0.1:1/v1".into()),
        max_retries: Some(max_retries),
        timeout: Some(timeout),
        ..ConfigBuilder::default()
    };
    let mut input = Input::default().with_path("session_id", "s");
    let target = match call {
        Case::Operation(id) => {
            let operation = table::operation(id).unwrap();
            if operation.body.is_some() {
                input.body = Some(json!({"amount": 5000}));
            }
            Target::Operation(operation)
        }
        Case::Raw(method) => {
            if method == "POST" {
                input.body = Some(json!({"amount": 5000}));
            }
            Target::Raw { method: method.parse().unwrap(), path: "/refunds".into() }
        }
    };
    let config = config.build().unwrap();
    Call::new(&config, target, input, CallOptions::default(), HostState::default(), now).unwrap()
}

fn result(fate: &Fate, url: &str, method: &str) -> Result<RawResponse, TransportError> {
    let response = |status, body: String| {
        Ok(RawResponse { status, headers: HeaderMap::new(), body: body.into() })
    };
    let failed = |kind, outcome| Err(TransportError::new(kind, outcome, "x"));
    match fate {
        Fate::Status(status, hint) => {
            let mut headers = HeaderMap::new();
            if let Some(hint) = hint {
                headers.insert("retry-after", hint.parse().unwrap());
            }
            Ok(RawResponse { status: *status, headers, body: r#"{"message":"no"}"#.into() })
        }
        Fate::MissingRoute => {
            let path = &url[url.find(":1/").unwrap() + 2..];
            response(404, json!({"message": format!("Cannot {method} {path}")}).to_string())
        }
        Fate::InProgress => {
            response(409, r#"{"error":{"code":"idempotency_in_progress"}}"#.to_owned())
        }
        Fate::Garbage => response(200, "<html>".into()),
        Fate::Fine => response(200, r#"{"checkout_session_id":"s","data":[]}"#.into()),
        Fate::NotReached => failed(ErrorKind::Connection, Outcome::NotSent),
        Fate::CutOff => failed(ErrorKind::Connection, Outcome::Unknown),
        Fate::NoResponse => failed(ErrorKind::Timeout, Outcome::Unknown),
        Fate::BadCertificate => failed(ErrorKind::Tls, Outcome::Final),
    }
}

/// Whether the work may have been done.
fn may_have_happened(fate: &Fate) -> bool {
    match fate {
        Fate::CutOff | Fate::NoResponse | Fate::Garbage | Fate::Fine => true,
        Fate::Status(status, _) => [302, 408, 500, 502, 503, 504].contains(status),
        // The server works on a request with this key, so it does not do the work again.
        Fate::InProgress => false,
        Fate::MissingRoute | Fate::NotReached | Fate::BadCertificate => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn no_schedule_breaks_a_money_rule(
        call in calls(),
        script in fates(),
        max_retries in 0..5_u32,
        timeout in 1..90_u64,
        random_fraction in 0.0..1.0_f64,
    ) {
        let start = Instant::now();
        let deadline = start + Duration::from_secs(timeout);
        let mut now = start;
        let mut machine = prepared(call, max_retries, Duration::from_secs(timeout), start);
        let repeatable = !matches!(call, Case::Operation("update_checkout_session") | Case::Raw("POST"));
        let mut keys = std::collections::HashSet::new();
        let mut bodies = std::collections::HashSet::new();
        let (mut sent, mut other_routes, mut earlier_unknown) = (0_u32, 0_u32, false);
        let (mut in_progress_retries, mut timed_out) = (0_u32, false);
        let keyed = matches!(call, Case::Operation("create_checkout_session"));
        let reads = matches!(call, Case::Operation("retrieve_checkout_session" | "list_checkout_sessions") | Case::Raw("GET"));
        let mut fates = script.iter().cycle();
        let result = loop {
            match machine.step(now) {
                Step::Done(result) => break result,
                Step::Wait(pause) => {
                    prop_assert!(pause <= Duration::from_secs(66), "a pause of {pause:?}");
                    now += pause;
                }
                Step::Send(request, within) => {
                    prop_assert!(now < deadline, "a request after the deadline");
                    prop_assert!(now + within <= deadline, "an attempt past the deadline");
                    prop_assert!(repeatable || !earlier_unknown, "repeated what may have moved money");
                    prop_assert!(keyed || reads || !timed_out, "repeated what may still run");
                    sent += 1;
                    keys.insert(request.headers.get("idempotency-key").cloned());
                    bodies.insert(request.body.clone());
                    let (fate, latency) = fates.next().unwrap();
                    let latency = Duration::from_millis(*latency);
                    let (fate, latency) =
                        if latency < within { (fate, latency) } else { (&Fate::NoResponse, within) };
                    now += latency;
                    earlier_unknown |= may_have_happened(fate);
                    timed_out |= matches!(fate, Fate::NoResponse);
                    in_progress_retries += u32::from(matches!(fate, Fate::InProgress));
                    other_routes += u32::from(matches!(fate, Fate::MissingRoute));
                    machine.complete_attempt(result(fate, &request.url, request.method.as_str()), now, || random_fraction);
                }
            }
            prop_assert!(sent < 60, "the call does not end");
        };
        prop_assert!(keys.len() <= 1 && bodies.len() <= 1, "the key or the body changed");
        prop_assert!(sent <= max_retries + 1 + other_routes.min(2) + in_progress_retries, "{sent} requests");
        let history = match &result {
            Ok(response) => response.attempts,
            Err(error) => error.attempts(),
        };
        prop_assert_eq!(history, sent);
        if let Err(error) = result {
            prop_assert!(error.operation().is_some() && error.request_id().is_some());
            prop_assert!(reads || !earlier_unknown || error.is_outcome_unknown(), "it may be done: {error}");
            if matches!(call, Case::Raw("POST") | Case::Operation("create_checkout_session")) {
                prop_assert!(error.idempotency_key().is_some());
            }
        }
    }
}

#[test]
fn a_call_that_may_have_worked_has_an_unknown_outcome() {
    let now = Instant::now();
    let mut machine = prepared(Case::Raw("POST"), 2, Duration::from_secs(60), now);
    let Step::Send(request, _) = machine.step(now) else { panic!("nothing is sent") };
    machine.complete_attempt(result(&Fate::CutOff, &request.url, "POST"), now, || 0.5);
    let Step::Done(Err(error)) = machine.step(now) else { panic!("not over") };
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::OutcomeUnknown, 1));
    assert!(error.message().contains("before you call again"), "{error}");
}

#[test]
fn an_attempt_that_may_have_worked_is_not_forgotten() {
    let mut now = Instant::now();
    let mut machine =
        prepared(Case::Operation("create_checkout_session"), 2, Duration::from_secs(60), now);
    for fate in [Fate::CutOff, Fate::NotReached, Fate::NotReached] {
        let request = loop {
            match machine.step(now) {
                Step::Send(request, _) => break request,
                Step::Wait(pause) => now += pause,
                Step::Done(_) => panic!("over too early"),
            }
        };
        machine.complete_attempt(result(&fate, &request.url, "POST"), now, || 0.5);
    }
    let Step::Done(Err(error)) = machine.step(now) else { panic!("not over") };
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::OutcomeUnknown, Outcome::Unknown));
    assert!(error.message().contains(error.idempotency_key().unwrap()), "{error}");
}
