//! Errors inside this library while a write is in flight: the call may have been carried out, so
//! its error has an unknown outcome and the idempotency key.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use lomi::binding::{ConfigBuilder, Target, table};
use lomi::json;
use lomi::{CallOptions, Client, Error, ErrorKind, Input, Outcome, Secret};

/// Serves one connection: reads a request and sends the response, if there is one.
fn server(response: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut read = [0; 4096];
        let _ = connection.read(&mut read).unwrap();
        match response {
            Some(response) => connection.write_all(response.as_bytes()).unwrap(),
            None => std::thread::sleep(std::time::Duration::from_secs(20)),
        }
    });
    url
}

fn client(base_url: String) -> Client {
    let api_key = Some(Secret::new("lomi_sk_test_1"));
    Client::with(ConfigBuilder { api_key, base_url: Some(base_url), ..ConfigBuilder::default() })
        .unwrap()
}

fn create(client: &Client) -> Box<lomi::binding::Call> {
    let target = Target::Operation(table::operation("create_checkout_session").unwrap());
    let options = CallOptions::new().idempotency_key("order-1");
    client.prepare(target, Input::body(json!({"amount": 1})), options).unwrap()
}

#[test]
fn a_panic_after_sending_leaves_the_outcome_unknown() {
    let call = create(&client(server(None)));
    let error = lomi::binding::run_blocking(call, || -> Result<(), Error> { panic!("a test's") });
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Internal, Outcome::Unknown));
    assert!(error.is_outcome_unknown());
    assert_eq!((error.idempotency_key(), error.attempts()), (Some("order-1"), 1));
    assert!(error.message().contains("call again with the idempotency key order-1"), "{error}");
}

#[test]
fn a_panic_after_the_response_leaves_the_outcome_unknown() {
    let mut call = create(&client("http://127.0.0.1:9".into()));
    let now = std::time::Instant::now();
    assert!(matches!(call.step(now), lomi::binding::Step::Send(..)));
    let body = r#"{"checkout_session_id":"cs_1"}"#.into();
    let raw = lomi::binding::RawResponse { status: 201, headers: Default::default(), body };
    call.complete_attempt(Ok(raw), now, || 0.5);
    let error = call.interrupted(Error::internal("a panic"));
    assert_eq!((error.outcome(), error.idempotency_key()), (Outcome::Unknown, Some("order-1")));
    let unsent = create(&client("http://127.0.0.1:9".into()));
    assert_eq!(unsent.interrupted(Error::internal("a panic")).outcome(), Outcome::NotSent);
}

#[test]
fn values_that_cannot_be_read_leave_the_outcome_unknown() {
    let response =
        "HTTP/1.1 201 Created\r\ncontent-length: 30\r\n\r\n{\"checkout_session_id\":\"cs_1\"}";
    let response =
        lomi::binding::run_blocking(create(&client(server(Some(response)))), || Ok::<_, Error>(()));
    let response = response.unwrap();
    let error = response.read_with(|_| -> Result<(), Error> { panic!("a test's") }).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Internal, Outcome::Unknown));
    assert_eq!((error.status(), error.idempotency_key()), (Some(201), Some("order-1")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_changes_nothing() {
    // The test runs itself again, with a standard error that cannot be written to.
    if let Ok(url) = std::env::var("LOMI_TEST_URL") {
        lomi::binding::run_blocking(create(&client(url)), || Ok::<_, Error>(())).unwrap();
        println!("made");
        return;
    }
    let response =
        "HTTP/1.1 201 Created\r\ncontent-length: 30\r\n\r\n{\"checkout_session_id\":\"cs_1\"}";
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_log_that_cannot_be_written_changes_nothing", "--nocapture"])
        .env("LOMI_LOG", "info")
        .env("LOMI_TEST_URL", server(Some(response)))
        .stderr(Stdio::from(full))
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&child.stdout).contains("made"), "{child:?}");
}
