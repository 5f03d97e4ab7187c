//! The timeouts of one attempt, in virtual time: a call's option overrides the client's, and the
//! default depends on whether the call may be sent again.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use lomi::binding::{Call, ConfigBuilder, HostState, Step, Target, table};
use lomi::json;
use lomi::{CallOptions, ErrorKind, Input};

fn operation(id: &str) -> Target {
    Target::Operation(table::operation(id).unwrap())
}

fn raw(method: &str) -> Target {
    Target::Raw { method: method.parse().unwrap(), path: "/refunds".into() }
}

fn prepare(
    target: Target,
    client: Option<u64>,
    options: CallOptions,
) -> Result<Box<Call>, lomi::Error> {
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some("http://127.0.0.1:1".into()),
        attempt_timeout: client.map(Duration::from_secs),
        ..ConfigBuilder::default()
    };
    let mut input = Input::default().with_path("session_id", "s");
    input.body = Some(json!({"amount": 1}));
    let config = config.build().unwrap();
    Call::new(&config, target, input, options, HostState::default(), Instant::now())
}

/// The timeout of the first attempt, in seconds.
fn first(target: Target, client: Option<u64>, call: Option<u64>) -> u64 {
    let mut options = CallOptions::new();
    options.attempt_timeout = call.map(Duration::from_secs);
    let mut call = prepare(target, client, options).unwrap();
    let Step::Send(_, within) = call.step(call.deadline() - Duration::from_secs(60)) else {
        panic!("nothing is sent")
    };
    within.as_secs()
}

#[test]
fn a_write_that_is_not_sent_again_has_until_the_deadline() {
    for target in [operation("update_checkout_session"), operation("delete_checkout_session")] {
        assert_eq!(first(target, None, None), 60);
    }
    assert_eq!(first(raw("POST"), None, None), 60);
    for target in [operation("create_checkout_session"), operation("list_checkout_sessions")] {
        assert_eq!(first(target, None, None), 30);
    }
    assert_eq!(first(raw("GET"), None, None), 30);
}

#[test]
fn a_calls_timeout_overrides_the_clients() {
    for target in [raw("POST"), raw("GET"), operation("create_checkout_session")] {
        assert_eq!(first(target.clone(), Some(7), None), 7);
        assert_eq!(first(target.clone(), Some(7), Some(50)), 50);
        assert_eq!(first(target, None, Some(900)), 60);
    }
    let options = CallOptions::new().idle_timeout(Duration::from_secs(3));
    let call = prepare(raw("GET"), None, options).unwrap();
    assert_eq!(call.idle_timeout(), Duration::from_secs(3));
}

#[test]
fn a_timeout_of_zero_is_refused() {
    for options in [
        CallOptions::new().attempt_timeout(Duration::ZERO),
        CallOptions::new().idle_timeout(Duration::ZERO),
        CallOptions::new().connect_timeout(Duration::ZERO),
    ] {
        let Err(error) = prepare(raw("GET"), None, options) else { panic!("taken") };
        assert_eq!(error.kind(), ErrorKind::Validation);
    }
}
