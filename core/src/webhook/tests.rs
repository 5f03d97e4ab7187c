//! Valid, invalid and hostile deliveries.

mod sentences;

use std::time::Duration;

use super::errors::{payload_error, signature_error};
use super::verify::timestamp;
use super::*;
use crate::error::{Error, ErrorKind};
use crate::json::document::Document;
use crate::limits::Limits;
use crate::message::Message;
use crate::models::{Event, EventData};
use crate::response::typed::read_model;

const SECRET: &str = "whsec_test";

fn kind(payload: &[u8], signature: &str) -> ErrorKind {
    construct_event(payload, signature, &[SECRET], VerifyOptions::default()).unwrap_err().kind()
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
fn names_are_normalized_and_kept() {
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
fn the_name_of_an_event_decides_the_type_of_its_data() {
    let data = |event: &str, data: &str| {
        signed(&format!(r#"{{"data":{data},"id":"1",{event}}}"#)).unwrap().data
    };
    for event in [r#""event":"PAYMENT_SUCCEEDED""#, r#""type":"payment.succeeded""#] {
        let Some(EventData::Transaction(payment)) =
            data(event, r#"{"transaction_id":"t","new":1}"#)
        else {
            panic!("{event}")
        };
        assert_eq!(payment.transaction_id.as_deref(), Some("t"));
        assert_eq!(payment.extra["new"], 1);
    }
    let change = r#"{"object":{"subscription_id":"s"},"previous_attributes":{"status":"paused"}}"#;
    let Some(EventData::SubscriptionChange(change)) =
        data(r#""event":"SUBSCRIPTION_UPDATED""#, change)
    else {
        panic!()
    };
    assert_eq!(change.object.unwrap().subscription_id.as_deref(), Some("s"));
    assert_eq!(change.previous_attributes.unwrap()["status"], "paused");
    for (name, wanted) in [
        ("REFUND_FAILED", "Refund"),
        ("SUBSCRIPTION_CANCELED", "Subscription"),
        ("PAYOUT_COMPLETED", "Payout"),
        ("DISPUTE_CLOSED", "Dispute"),
        ("USAGE_RECORDED", "Other"),
        ("SOMETHING_NEW", "Other"),
    ] {
        let data = data(&format!(r#""event":"{name}""#), r#"{"id":"1"}"#).unwrap();
        assert!(format!("{data:?}").starts_with(&format!("{wanted}(")), "{name}: {data:?}");
    }
}

#[test]
fn data_that_is_no_object_is_kept() {
    let event = signed(r#"{"id":"1","event":"PAYMENT_FAILED","data":"gone"}"#).unwrap();
    assert_eq!((event.data, &event.originals["data"]), (None, &"gone".into()));
    let event = signed(r#"{"id":"1","event":"PAYMENT_FAILED","data":{"status":7}}"#).unwrap();
    let Some(EventData::Transaction(payment)) = event.data else { panic!() };
    assert_eq!(payment.originals["status"], 7);
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
        assert_eq!(sign(b"{}", secret).unwrap_err().kind(), ErrorKind::Configuration);
    }
    let options = VerifyOptions::default();
    let none = construct_event(b"{}", &"0".repeat(64), &[], options).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Configuration);
}

#[test]
fn a_rewritten_body_is_refused_with_the_reason() {
    let sent = br#"{"id":"1","event":"X"}"#;
    let signature = sign(sent, SECRET).unwrap();
    let rewritten = b"{\"id\": \"1\", \"event\": \"X\"}";
    let options = VerifyOptions::default();
    let error = construct_event(rewritten, &signature, &[SECRET], options).unwrap_err();
    assert!(error.message().contains("raw body"), "{error}");
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
        assert_eq!(signed(body).unwrap_err().kind(), ErrorKind::WebhookPayload, "{body:?}");
    }
    let deep = format!(r#"{{"id":"1","event":"X","data":{}}}"#, "[".repeat(200) + &"]".repeat(200));
    assert_eq!(signed(&deep).unwrap_err().kind(), ErrorKind::WebhookPayload);
    let bytes = [0xff, 0xfd];
    assert_eq!(kind(&bytes, &sign(&bytes, SECRET).unwrap()), ErrorKind::WebhookPayload);
}

#[test]
fn age_is_asked_for_and_the_future_never_allowed() {
    let body = br#"{"id":"1","event":"X","timestamp":"2026-01-01T00:00:00Z"}"#;
    let signature = sign(body, SECRET).unwrap();
    let at = |seconds: i64, max_age: Option<u64>| {
        let made = timestamp("2026-01-01T00:00:00Z").unwrap();
        let shift = Duration::from_secs(seconds.unsigned_abs());
        let received_at = Some(if seconds < 0 { made - shift } else { made + shift });
        let max_age = max_age.map(Duration::from_secs);
        let options = VerifyOptions { received_at, max_age, ..VerifyOptions::default() };
        construct_event(body, &signature, &[SECRET], options).is_ok()
    };
    assert!(at(0, None) && at(100_000, None) && at(-300, None));
    assert!(!at(-301, None));
    assert!(at(300, Some(300)) && !at(301, Some(300)));
}

#[test]
fn a_secret_is_replaced_with_a_list() {
    let body = br#"{"id":"1","event":"X"}"#;
    let list = "whsec_new, whsec_old ,";
    for secret in ["whsec_new", "whsec_old"] {
        let signature = sign(body, secret).unwrap();
        let options = VerifyOptions::default();
        assert!(construct_event(body, &signature, &[list], options).is_ok());
        assert!(construct_event(body, &signature, &["whsec_x", list], options).is_ok());
        assert!(construct_event(body, &signature, &["whsec_x,whsec_y"], options).is_err());
    }
    assert_eq!(sign(body, list).unwrap(), sign(body, "whsec_new").unwrap());
}

#[test]
fn a_refusal_is_the_same_everywhere_and_contains_no_reason() {
    let said = |error: &Error| refusal(error).map(|refusal| (refusal.status, refusal.body));
    let unsigned = signature_error(Message::untranslated("the reason"));
    assert_eq!(said(&unsigned), Some((400, r#"{"error":"invalid signature"}"#)));
    assert_eq!(
        said(&payload_error(Message::untranslated("the reason"))),
        Some((400, r#"{"error":"invalid payload"}"#))
    );
    assert_eq!(said(&body_too_large()), Some((413, r#"{"error":"payload too large"}"#)));
    assert_eq!(said(&Error::configuration(Message::untranslated("no secret"))), None);
}

fn event(json: &str) -> Event {
    signed(json).unwrap()
}

#[test]
fn a_payment_is_identified_by_its_transaction_and_any_other_event_by_its_id() {
    let payment = |id: &str, transaction: &str, status: &str| {
        replay_key(&event(&format!(
            r#"{{"id":"{id}","event":"PAYMENT_SUCCEEDED","timestamp":"{id}","data":{{"transaction_id":"{transaction}","status":"{status}"}}}}"#
        )))
        .unwrap()
    };
    assert_eq!(payment("1", "a", "completed"), payment("2", "a", "completed"));
    assert_ne!(payment("1", "a", "completed"), payment("1", "b", "completed"));
    assert_ne!(payment("1", "a", "completed"), payment("1", "a", "failed"));
    assert_eq!(payment("1", "a", "completed"), payment("1", "a", "refunded"));
    let dotted = r#"{"id":"9","event":"payment.succeeded","data":{"transaction_id":"a","status":"completed"}}"#;
    assert_eq!(replay_key(&event(dotted)).unwrap(), payment("1", "a", "completed"));
    assert_eq!(replay_key_of_json(dotted).unwrap(), payment("1", "a", "completed"));
    let renewal = |id: &str| {
        replay_key(&event(&format!(
            r#"{{"id":"{id}","event":"SUBSCRIPTION_RENEWED","data":{{"subscription_id":"s","transaction_id":"t","status":"active"}}}}"#
        )))
        .unwrap()
    };
    assert_ne!(renewal("1"), renewal("2"));
    assert_eq!(renewal("1"), renewal("1"));
    // A literal: keys that were stored must stay valid, in every version and language.
    let first = replay_key(&event(r#"{"id":"evt_1","event":"X"}"#)).unwrap();
    assert_eq!(
        first,
        "lomi-webhook-09b717cc626caf8648feae8e12622fb280f31f5f0c58d07e7fba2dc1f0468640"
    );
}

#[test]
fn an_event_without_an_id_is_identified_by_its_object() {
    let key = |json: &str| replay_key_of_json(json);
    let refund = r#"{"event":"REFUND_CREATED","data":{"refund_id":"r","status":"pending"}}"#;
    assert_eq!(key(refund).unwrap(), key(refund).unwrap());
    assert_ne!(key(refund).unwrap(), key(&refund.replace("pending", "completed")).unwrap());
    assert_ne!(key(refund).unwrap(), key(&refund.replace("refund_id", "payout_id")).unwrap());
    for nothing in [r#"{"event":"X"}"#, r#"{"event":"X","data":{"id":""}}"#, "[]", "x"] {
        assert_eq!(key(nothing).unwrap_err().kind(), ErrorKind::Validation, "{nothing}");
    }
}

#[test]
fn the_key_of_an_events_json_is_that_of_the_event() {
    let values = ["null", "\"a\"", "\"\"", "5", "0.50", "true", "[1]", "{\"id\":1}"];
    let names = [
        "PAYMENT_SUCCEEDED",
        "payment.succeeded",
        "REFUND_FAILED",
        "SUBSCRIPTION_CANCELED",
        "X",
        "",
    ];
    let names = names.map(|name| format!("\"{name}\""));
    let fields = ["transaction_id", "refund_id", "subscription_id", "status", "updated_at", "id"];
    let mut keys = std::collections::HashSet::new();
    for name in names.iter().map(String::as_str).chain(values) {
        for value in values {
            for field in fields {
                for other in fields {
                    let json = format!(
                        r#"{{"id":{value},"event":{name},"timestamp":{value},"data":{{"{field}":{value},"{other}":"b"}}}}"#
                    );
                    let key = replay_key_of_json(&json).ok();
                    let document = Document::read(json.as_str().into(), Limits::default()).unwrap();
                    let event: Event = read_model(&document, Document::ROOT);
                    assert_eq!(key, replay_key(&event).ok(), "{json}");
                    keys.insert(key);
                }
            }
        }
        let json = format!(r#"{{"event":{name},"data":[1]}}"#);
        assert_eq!(replay_key_of_json(&json).ok(), None);
    }
    assert!(keys.len() > 50, "{}", keys.len());
}

#[test]
fn one_of_many_threads_is_the_first() {
    let guard = ReplayGuard::new(100);
    let event = event(r#"{"id":"1","event":"X"}"#);
    for _ in 0..50 {
        let first = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    if guard.first_time(&event).unwrap() {
                        first.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(first.into_inner(), 1);
        guard.forget(&event).unwrap();
    }
}

#[test]
fn memory_is_bounded_and_ends() {
    let guard = ReplayGuard::new(3);
    for number in 0..100 {
        assert!(guard.remember(&number.to_string(), Duration::MAX));
        guard.forget_key("98");
    }
    for kept in ["97", "99"] {
        assert!(!guard.remember(kept, Duration::MAX), "{kept}");
    }
    assert!(guard.remember("0", Duration::ZERO), "forgotten, since it is the oldest");
    assert!(guard.remember("0", Duration::MAX), "its time had ended");
    assert!(!guard.remember("0", Duration::MAX));
}
