//! Bytes from a hostile server, proxy or sender of webhooks: any of them must end in a complete
//! value or a typed error, never in a panic.
//!
//! `cargo test` replays the stored corpus (`__fuzz__`) and tries a few more inputs; `make fuzz`
//! runs each target for a minute.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Instant;

use bolero::check;
use http::{HeaderMap, HeaderValue};
use lomi::Value;
use lomi::binding::{Call, ConfigBuilder, HostState, Pager, RawResponse, Step, Target, table};
use lomi::{CallOptions, ErrorKind, Input, Response};
use lomi::{webhook::VerifyOptions, webhook::construct_event, webhook::sign};

const SECRET: &str = "whsec_fuzz";

/// Parts of responses, so that random bytes are similar to real ones.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"checkout_session_id\":\"cs_1\"",
    "\"id\":\"1\"",
    "\"data\":",
    "\"data\":[{",
    "\"data\":{",
    "\"success\":true",
    "\"amount\":\"10000\"",
    "\"amount\":1e400",
    "\"amount\":-0",
    "\"status\":\"complete\"",
    "\"metadata\":[]",
    "\"metadata\":\"{\\\"a\\\":1}\"",
    "\"metadata\":null",
    "\"url\":\"u\"",
    "\"checkout_url\":null",
    "\"description\":\"\\ud800\"",
    "\"payment_required\":true",
    "\"has_more\":true",
    "\"next_cursor\":\"c\"",
    "\"pagination\":{\"total\":3}",
    "\"meta\":{\"current_page\":1}",
    "\"error\":{\"code\":\"x\",\"message\":\"m\"}",
    "\"message\":[\"a\"]",
    "\"event\":\"payment.succeeded\"",
    "\"timestamp\":\"2026-01-01T00:00:00Z\"",
    "\"type\":\"X\"",
    "null",
    "true",
    "123456789012345678901234567890",
    "{\"checkout_session_id\":\"cs_1\"}",
    "\u{feff}",
    "<html>",
    " ",
    "\\ud83d\\ude00",
    "\\u0000",
];

/// Returns half of the inputs unchanged, and replaces the bytes of the others by pieces.
fn with_pieces(input: &[u8]) -> Vec<u8> {
    match input.split_first() {
        Some((first, rest)) if first % 2 == 0 => rest
            .iter()
            .flat_map(|byte| {
                PIECES.get(usize::from(*byte) / 5).map_or(vec![*byte], |p| p.as_bytes().to_vec())
            })
            .collect(),
        _ => input.to_vec(),
    }
}

/// The result of a call for a response with a status, headers and a body.
fn result(
    operation: &str,
    status: u16,
    headers: HeaderMap,
    body: &[u8],
) -> Result<Response, lomi::Error> {
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some("http://127.0.0.1:1".into()),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    };
    let target = Target::Operation(table::operation(operation).unwrap());
    let input = Input::default().with_path("session_id", "s");
    let (options, host) = (CallOptions::default(), HostState::default());
    let now = Instant::now();
    let mut call = Call::new(&config.build().unwrap(), target, input, options, host, now).unwrap();
    loop {
        match call.step(now) {
            Step::Done(result) => return result.map(|response| *response),
            Step::Wait(_) => {}
            Step::Send(..) => {
                let body = bytes::Bytes::copy_from_slice(body);
                call.complete_attempt(
                    Ok(RawResponse { status, headers: headers.clone(), body }),
                    now,
                    || 0.5,
                );
            }
        }
    }
}

/// Reads all values of a response.
fn read(response: &Response) {
    let session = lomi::binding::read_values(response).unwrap();
    if let Value::Object(session) = &session {
        let id = session.get("checkout_session_id");
        let known = id.is_some_and(|id| id.is_string() || id.is_number());
        let owing = session.get("payment_required") == Some(&Value::Bool(true));
        assert!(known || owing, "a session without id");
    }
}

#[test]
fn response() {
    check!().for_each(|input: &[u8]| {
        let input = &with_pieces(input);
        if let Ok(response) = result("retrieve_checkout_session", 200, HeaderMap::new(), input) {
            read(&response);
        }
    });
}

#[test]
fn list_and_cursor() {
    check!().for_each(|input: &[u8]| {
        let input = &with_pieces(input);
        if let Ok(response) = result("list_checkout_sessions", 200, HeaderMap::new(), input) {
            lomi::binding::read_values(&response).unwrap();
            let mut pager = Pager::new(Input::default());
            if let Ok(new_rows) = pager.accept(&response) {
                assert!(new_rows.len() <= response.ids().unwrap().len());
                // The same page again and again must be the end or a loop error, never a panic.
                if pager.next().is_some() && !new_rows.is_empty() {
                    let mut ends = false;
                    for _ in 0..25 {
                        ends = match pager.accept(&response) {
                            Ok(_) => pager.next().is_none(),
                            Err(error) => error.kind() == ErrorKind::PaginationLoop,
                        };
                        if ends {
                            break;
                        }
                    }
                    assert!(ends, "the walk never ends");
                }
            }
        }
    });
}

#[test]
fn error_body() {
    check!().for_each(|input: &[u8]| {
        let input = &with_pieces(input);
        for status in [400, 404, 409, 429, 500, 503] {
            let error =
                result("retrieve_checkout_session", status, HeaderMap::new(), input).unwrap_err();
            assert!(error.status() == Some(status) && !error.message().is_empty());
            assert!(!error.to_string().contains('\n'), "an error is one line");
        }
    });
}

#[test]
fn retry_after() {
    check!().for_each(|input: &[u8]| {
        if let Ok(value) = HeaderValue::from_bytes(input) {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.clone());
            headers.insert("date", value);
            let error = result("retrieve_checkout_session", 429, headers, b"").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RateLimit);
        }
    });
}

#[test]
fn webhook_header() {
    check!().for_each(|input: &[u8]| {
        let header = String::from_utf8_lossy(input);
        let event = construct_event(b"{}", &header, &[SECRET], VerifyOptions::default());
        assert_eq!(event.unwrap_err().kind(), ErrorKind::SignatureVerification);
    });
}

#[test]
fn webhook_body() {
    check!().for_each(|input: &[u8]| {
        let input = &with_pieces(input);
        let unsigned = construct_event(input, &"0".repeat(64), &[SECRET], VerifyOptions::default());
        assert_eq!(unsigned.unwrap_err().kind(), ErrorKind::SignatureVerification);
        let signature = sign(input, SECRET).unwrap();
        match construct_event(input, &signature, &[SECRET], VerifyOptions::default()) {
            Ok(event) => assert!(event.id.is_some() && event.event.is_some()),
            Err(error) => assert!(matches!(
                error.kind(),
                ErrorKind::WebhookPayload | ErrorKind::SignatureVerification
            )),
        }
    });
}

#[test]
fn json_value() {
    check!().for_each(|input: &[u8]| {
        let input = with_pieces(input);
        let Ok(text) = std::str::from_utf8(&input) else { return };
        if let Ok(value) = text.parse::<Value>() {
            let written = value.to_string();
            assert_eq!(written.parse::<Value>().unwrap(), value);
            assert_eq!(serde_json::to_string(&value).unwrap(), written);
        }
    });
}
