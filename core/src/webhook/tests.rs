//! Deliveries that are right, wrong and hostile.

use super::*;

const SECRET: &str = "whsec_test";

fn kind(payload: &[u8], signature: &str) -> ErrorKind {
    construct_event(payload, signature, &[SECRET], VerifyOptions::default()).unwrap_err().kind
}

fn signed(payload: &str) -> Result<Event, Error> {
    let signature = sign(payload.as_bytes(), SECRET).unwrap();
    let options = VerifyOptions::default();
    construct_event(payload.as_bytes(), &signature, &["whsec_old", SECRET], options)
}

#[test]
fn a_known_vector() {
    // echo -n '{}' | openssl dgst -sha256 -hmac whsec_test
    assert_eq!(
        sign(b"{}", SECRET).unwrap(),
        "46bdc2a2e83964bd2695acc6a1f97162d8bafc135a071aa5cd5c99aae5481440"
    );
}

#[test]
fn names_are_evened_out_and_kept() {
    for (sent, read) in [
        ("PAYMENT_SUCCEEDED", "PAYMENT_SUCCEEDED"),
        ("payment.succeeded", "PAYMENT_SUCCEEDED"),
        ("SUBSCRIPTION_CANCELED", "SUBSCRIPTION_CANCELLED"),
        ("checkout.session.completed", "CHECKOUT_SESSION_COMPLETED"),
        ("test.webhook", "TEST_WEBHOOK"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
    ] {
        let event = signed(&format!(r#"{{"id":"1","event":"{sent}","data":{{}}}}"#)).unwrap();
        assert_eq!(event.event.as_ref().map(|e| e.as_str()), Some(read), "{sent}");
        if sent != read {
            assert_eq!(event.originals["event"], sent);
        }
    }
    let old = signed(r#"{"id":"evt_1","type":"payment.failed","data":{"a":1}}"#).unwrap();
    assert_eq!(old.event, Some(crate::models::WebhookEvent::PaymentFailed));
    assert_eq!(old.extra["type"], "payment.failed");
}

#[test]
fn every_flipped_bit_is_noticed() {
    let body = br#"{"id":"1","event":"PAYMENT_SUCCEEDED","data":{"amount":5000}}"#;
    let signature = sign(body, SECRET).unwrap();
    for at in 0..body.len() * 8 {
        let mut changed = body.to_vec();
        changed[at / 8] ^= 1 << (at % 8);
        assert_eq!(kind(&changed, &signature), ErrorKind::SignatureVerification);
    }
}

#[test]
fn signatures_of_any_other_form_are_refused() {
    let body = br#"{"id":"1","event":"X"}"#;
    let good = sign(body, SECRET).unwrap();
    let accepted = |signature: &str| {
        construct_event(body, signature, &[SECRET], VerifyOptions::default()).is_ok()
    };
    assert!(accepted(&good) && accepted(&good.to_uppercase()));
    assert!(accepted(&format!("sha256={good}")));
    for bad in ["", " ", "é", &good[1..], &format!("{good}00"), "t=1,s=ab", &"+1".repeat(32)] {
        assert_eq!(kind(body, bad), ErrorKind::SignatureVerification, "{bad:?}");
    }
}

#[test]
fn an_empty_secret_is_never_used() {
    for secret in ["", "  ", " whsec_x", "whsec_x\n"] {
        assert_eq!(sign(b"{}", secret).unwrap_err().kind, ErrorKind::Configuration);
    }
    let options = VerifyOptions::default();
    let none = construct_event(b"{}", &"0".repeat(64), &[], options).unwrap_err();
    assert_eq!(none.kind, ErrorKind::Configuration);
}

#[test]
fn a_rewritten_body_is_refused_with_the_reason() {
    let sent = br#"{"id":"1","event":"X"}"#;
    let signature = sign(sent, SECRET).unwrap();
    let rewritten = b"{\"id\": \"1\", \"event\": \"X\"}";
    let options = VerifyOptions::default();
    let error = construct_event(rewritten, &signature, &[SECRET], options).unwrap_err();
    assert!(error.message.contains("raw body"), "{error}");
}

#[test]
fn bodies_that_are_no_event_are_typed() {
    for body in [
        "",
        "null",
        "[]",
        "5",
        "{",
        r#"{"event":"X"}"#,
        r#"{"id":"1"}"#,
        r#"{"id":"1","event":"X","data":{"amount":1,"amount":2}}"#,
    ] {
        assert_eq!(signed(body).unwrap_err().kind, ErrorKind::WebhookPayload, "{body:?}");
    }
    let deep = format!(r#"{{"id":"1","event":"X","data":{}}}"#, "[".repeat(200) + &"]".repeat(200));
    assert_eq!(signed(&deep).unwrap_err().kind, ErrorKind::WebhookPayload);
    let bytes = [0xff, 0xfe];
    assert_eq!(kind(&bytes, &sign(&bytes, SECRET).unwrap()), ErrorKind::WebhookPayload);
}

#[test]
fn age_is_asked_for_and_the_future_never_allowed() {
    let body = br#"{"id":"1","event":"X","timestamp":"2026-01-01T00:00:00Z"}"#;
    let signature = sign(body, SECRET).unwrap();
    let at = |seconds: i64, max_age: Option<u64>| {
        let made = moment("2026-01-01T00:00:00Z").unwrap();
        let shift = Duration::from_secs(seconds.unsigned_abs());
        let received_at = Some(if seconds < 0 { made - shift } else { made + shift });
        let options = VerifyOptions { received_at, max_age: max_age.map(Duration::from_secs) };
        construct_event(body, &signature, &[SECRET], options).is_ok()
    };
    assert!(at(0, None) && at(100_000, None) && at(-300, None));
    assert!(!at(-301, None));
    assert!(at(300, Some(300)) && !at(301, Some(300)));
}
