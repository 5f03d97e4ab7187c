//! Waiting for the final state of an object: in virtual time against a server that is written as a
//! list of responses, and over a real socket against the sandbox.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use http::HeaderMap;
use lomi::binding::{
    Call, ConfigBuilder, HostState, RawResponse, Step, Target, TransportError, table,
};
use lomi::models::{CheckoutSessionCreate, CheckoutSessionStatus};
use lomi::{
    CallOptions, Client, Created, Error, ErrorKind, Input, Outcome, Response, Secret, json,
};
use lomi_sandbox::{Options, Sandbox};

/// What the server answers to one read.
#[derive(Clone, Copy)]
enum Answer {
    State(&'static str),
    /// A status with the header Retry-After.
    Failure(u16, Option<&'static str>),
    NoConnection,
}

use Answer::{Failure, NoConnection, State};

/// Runs a wait in virtual time. `answer` gets the seconds since its start. Returns the result, how
/// long it took, and how many reads it made.
fn wait(
    operation: &str,
    options: CallOptions,
    answer: impl Fn(f64) -> Answer,
) -> (Result<Response, Error>, f64, usize) {
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some("http://127.0.0.1:1".into()),
        ..ConfigBuilder::default()
    };
    let operation = table::operation(operation).unwrap();
    let name = operation.paths[0].1.split(['{', '}']).nth(1).unwrap();
    let table::Returns::One(model) = operation.returns else { panic!() };
    let id = model.id.unwrap();
    let (input, target) = (Input::default().with_path(name, "x"), Target::Operation(operation));
    let started = Instant::now();
    let (config, host) = (config.build().unwrap(), HostState::default());
    let mut call = match Call::new(&config, target, input, options, host, started) {
        Ok(call) => call,
        Err(error) => return (Err(error), 0.0, 0),
    };
    let (mut now, mut reads) = (started, 0);
    loop {
        let elapsed = (now - started).as_secs_f64();
        match call.step(now) {
            Step::Done(result) => return (result.map(|response| *response), elapsed, reads),
            Step::Wait(pause) => now += pause,
            Step::Send(_, limit) => {
                reads += 1;
                now += Duration::from_millis(20).min(limit);
                let result = match answer(elapsed) {
                    State(state) => {
                        Ok(response(200, None, &format!(r#"{{"{id}":"x","status":"{state}"}}"#)))
                    }
                    Failure(status, hint) => Ok(response(status, hint, "{}")),
                    NoConnection => {
                        let (kind, outcome) = (ErrorKind::Connection, Outcome::NotSent);
                        Err(TransportError::new(kind, outcome, "no connection"))
                    }
                };
                call.complete_attempt(result, now, || 0.5);
            }
        }
    }
}

fn response(status: u16, retry_after: Option<&str>, body: &str) -> RawResponse {
    let mut headers = HeaderMap::new();
    if let Some(hint) = retry_after {
        headers.insert("retry-after", hint.parse().unwrap());
    }
    RawResponse { status, headers, body: body.to_owned().into() }
}

fn until(state: &str) -> CallOptions {
    CallOptions::new().until(state)
}

#[test]
fn a_wait_ends_with_the_final_state() {
    for paid_after in [0.0, 0.5, 7.0, 59.0, 200.0] {
        let answer = |at| if at < paid_after { State("open") } else { State("completed") };
        let (result, took, reads) = wait("retrieve_checkout_session", until("final"), answer);
        assert_eq!(result.unwrap().json().unwrap()["status"], "completed");
        let late = took - paid_after;
        let limit = if paid_after < 60.0 { 6.7 } else { 70.0 };
        assert!(late <= limit && reads <= 20, "{paid_after}: {late} s late, {reads} reads");
    }
}

#[test]
fn a_wait_for_a_state_ends_with_another_final_one_too() {
    let ended = |state| {
        let wanted = until("completed").timeout(Duration::from_secs(5));
        wait("retrieve_refund", wanted, move |_| State(state)).0.map(|_| ())
    };
    ended("completed").unwrap();
    ended("failed").unwrap();
    assert_eq!(ended("pending").unwrap_err().kind(), ErrorKind::StillPending);
    // A state that this version does not know may change.
    assert_eq!(ended("reviewing").unwrap_err().kind(), ErrorKind::StillPending);
}

#[test]
fn the_time_of_a_wait_is_limited_and_the_last_state_is_kept() {
    for (seconds, most) in [(300, 20), (10, 5), (1, 2)] {
        let options = until("final").timeout(Duration::from_secs(seconds));
        let (result, took, reads) = wait("retrieve_payout", options, |_| State("processing"));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StillPending);
        assert_eq!(error.last().unwrap().json().unwrap()["status"], "processing");
        assert_eq!((error.status(), error.attempts() as usize), (Some(200), reads));
        assert!(error.message().contains("still processing"), "{error}");
        assert!(took <= seconds as f64 && took > seconds as f64 * 0.7, "{took}");
        assert!(reads <= most, "{reads}");
    }
    // 300 s is the default.
    let (_, took, _) = wait("retrieve_payout", until("final"), |_| State("pending"));
    assert!((298.0..300.0).contains(&took), "{took}");
}

#[test]
fn a_wait_outlives_what_passes() {
    let outage = |at| match at {
        at if at < 5.0 => State("pending"),
        at if at < 20.0 => NoConnection,
        at if at < 40.0 => Failure(503, None),
        _ => State("completed"),
    };
    let (result, took, _) = wait("retrieve_transaction", until("final"), outage);
    assert!(result.is_ok() && took < 50.0, "{took}");
    // The last state is kept over an outage; without one there is the error.
    let options = || until("final").timeout(Duration::from_secs(30));
    let down = |at| if at < 5.0 { State("pending") } else { NoConnection };
    let (result, ..) = wait("retrieve_transaction", options(), down);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::StillPending);
    let (result, ..) = wait("retrieve_transaction", options(), |_| NoConnection);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Connection);
}

#[test]
fn a_wait_reads_no_sooner_than_the_server_asks() {
    let answer = |at| if at < 1.0 { Failure(429, Some("100")) } else { State("completed") };
    let (result, took, reads) = wait("retrieve_refund", until("final"), answer);
    assert!(result.is_ok() && took >= 100.0 && reads == 2, "{took} {reads}");
    let options = until("final").timeout(Duration::from_secs(60));
    let (result, _, reads) = wait("retrieve_refund", options, answer);
    assert_eq!((result.unwrap_err().kind(), reads), (ErrorKind::RateLimit, 1));
}

#[test]
fn what_does_not_pass_ends_a_wait() {
    for (status, kind) in [(401, ErrorKind::Authentication), (404, ErrorKind::NotFound)] {
        let answer = |at| if at < 3.0 { State("pending") } else { Failure(status, None) };
        let (result, took, _) = wait("retrieve_refund", until("final"), answer);
        assert_eq!(result.unwrap_err().kind(), kind);
        assert!(took < 10.0);
    }
}

#[test]
fn an_export_is_ready_when_its_file_is_there() {
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some("http://127.0.0.1:1".into()),
        ..ConfigBuilder::default()
    };
    let operation = table::operation("retrieve_export").unwrap();
    let wait = operation.wait.as_ref().unwrap();
    assert_eq!(wait.present, Some("download_url"));
    let (now, input) = (Instant::now(), Input::default().with_path("export_id", "x"));
    let (config, target) = (config.build().unwrap(), Target::Operation(operation));
    let mut call =
        Call::new(&config, target, input, until("final"), HostState::default(), now).unwrap();
    let Step::Send(..) = call.step(now) else { panic!() };
    call.complete_attempt(
        Ok(response(200, None, r#"{"export_id":"x","download_url":null}"#)),
        now,
        || 0.0,
    );
    let Step::Wait(pause) = call.step(now) else { panic!() };
    let later = now + pause;
    let Step::Send(..) = call.step(later) else { panic!() };
    let body = r#"{"export_id":"x","status":"new word","download_url":"https://example.com/f"}"#;
    call.complete_attempt(Ok(response(200, None, body)), later, || 0.0);
    let Step::Done(Ok(_)) = call.step(later) else { panic!() };
}

#[test]
fn only_what_changes_can_be_waited_for() {
    let refused = |operation, state| wait(operation, until(state), |_| State("x")).0.unwrap_err();
    let error = refused("retrieve_customer", "final");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0));
    let error = refused("retrieve_refund", "complete");
    assert!(error.message().contains("did you mean \"completed\""), "{error}");
}

#[tokio::test]
async fn a_session_is_waited_for_until_it_is_paid() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = Client::with(ConfigBuilder {
        api_key: Some(Secret::new(sandbox.test_key())),
        base_url: Some(sandbox.url().to_owned()),
        ..ConfigBuilder::default()
    })
    .unwrap();
    let sessions = client.checkout_sessions();
    let coffee = CheckoutSessionCreate::new().amount(5000).currency_code("XOF");
    let made = sessions.create(coffee).await.and_then(Created::into_session).unwrap();
    let id = made.checkout_session_id.unwrap();
    let options = CallOptions::new().timeout(Duration::from_secs(2));
    let error = sessions.wait_with(&id, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StillPending);
    assert_eq!(error.last().unwrap().json().unwrap()["status"], "open");

    let started = Instant::now();
    let pay = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let path = format!("/_sandbox/sessions/{id}/pay");
        let input = Input::body(json!({}));
        client.request(http::Method::POST, &path, input, CallOptions::new()).await.unwrap();
    };
    let (paid, ()) = tokio::join!(sessions.wait(&id), pay);
    assert_eq!(paid.unwrap().status, Some(CheckoutSessionStatus::Completed));
    assert!(started.elapsed() < Duration::from_secs(5));
}
