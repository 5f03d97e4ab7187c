//! What the errors of deliveries say.

use std::time::{Duration, SystemTime};

use super::{ErrorKind, SECRET, VerifyOptions, construct_event, kind, sign};
use crate::message::Language;

fn sentence(payload: &[u8], signature: &str, secret: &str) -> String {
    let error = construct_event(payload, signature, &[secret], VerifyOptions::default());
    error.unwrap_err().message().to_owned()
}

#[test]
fn other_charsets_are_named() {
    let json = r#"{"id":"1","event":"é"}"#;
    let utf16 = |big: bool| -> Vec<u8> {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        json.encode_utf16().flat_map(bytes).collect()
    };
    let latin: Vec<u8> = json.chars().map(|letter| letter as u8).collect();
    for (body, word) in [
        ([b"\xef\xbb\xbf", json.as_bytes()].concat(), "BOM"),
        (utf16(true), "UTF-16"),
        (utf16(false), "UTF-16"),
        ([b"\xff\xfe", &utf16(false)[..]].concat(), "UTF-16"),
        ([b"\xfe\xff", &utf16(true)[..]].concat(), "UTF-16"),
        (json.chars().flat_map(|letter| (letter as u32).to_le_bytes()).collect(), "UTF-32"),
        (json.chars().flat_map(|letter| (letter as u32).to_be_bytes()).collect(), "UTF-32"),
        (latin, "Latin-1"),
    ] {
        let signature = sign(&body, SECRET).unwrap();
        assert_eq!(kind(&body, &signature), ErrorKind::WebhookPayload);
        let said = sentence(&body, &signature, SECRET);
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn a_reformatted_body_is_recognised_up_to_64_kib() {
    let sent = |size: usize| format!(r#"{{"id":"1","name":"é/","text":"{}"}}"#, "x".repeat(size));
    let rewritten = |size| sent(size).replace("é/", "\\u00e9\\/").replace(',', ", ");
    let signed = |size| sign(sent(size).as_bytes(), SECRET).unwrap();
    for (size, told) in [(10, true), (60 << 10, true), (64 << 10, false)] {
        let said = sentence(rewritten(size).as_bytes(), &signed(size), SECRET);
        assert_eq!(said.contains("same JSON"), told, "{size}: {said}");
    }
    let marked = [b"\xef\xbb\xbf", sent(1).as_bytes()].concat();
    assert!(sentence(&marked, &signed(1), SECRET).contains("BOM"));
    assert!(sentence(sent(1).as_bytes(), &sign(&marked, SECRET).unwrap(), SECRET).contains("BOM"));
}

#[test]
fn traps_have_sentences_of_their_own() {
    let body = br#"{"id":"1","event":"X"}"#;
    let good = sign(body, SECRET).unwrap();
    for (payload, signature, secret, words) in [
        (&b""[..], good.as_str(), SECRET, "read it before"),
        (body, "t=1700000000,v1=5257a869e7,v0=6ffbb59b", SECRET, "Stripe"),
        (body, "t=1700000000,s=5257a869e7", SECRET, "old lomi-signature"),
        (body, &good, "\"whsec_test\"", "quotes"),
        (body, &good, "'whsec_test'", "quotes"),
        (body, &good, "“whsec_test”", "quotes"),
        (body, &good, "\"whsec_new,whsec_test\"", "quotes"),
        (body, &good, "whsec_...", "placeholder"),
        (body, &good, " , ", "empty"),
    ] {
        let said = sentence(payload, signature, secret);
        assert!(said.contains(words), "{words}: {said}");
    }
    for broken in ["{", "<html>", "id=1&event=X", "null", ""] {
        let said = sentence(broken.as_bytes(), &sign(broken.as_bytes(), SECRET).unwrap(), SECRET);
        assert!(!said.contains("response"), "{said}");
    }
    let said = sentence(b"{", &sign(b"{", SECRET).unwrap(), SECRET);
    assert!(said.starts_with("the delivery is not JSON"), "{said}");
}

#[test]
fn the_header_of_another_provider_is_named() {
    let hex = |length: usize| "0a".repeat(length / 2);
    for (signature, words) in [
        ("t=1700000000,v1=5257a869e7", "Stripe or Wave"),
        ("ts=1700000000;h1=5257a869e7", "Paddle"),
        ("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "Svix"),
        ("K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "Shopify"),
        (&hex(128), "Paystack"),
        (&format!("sha1={}", hex(40)), "GitHub"),
        ("t=1700000000,s=5257a869e7", "old lomi-signature"),
        (SECRET, "in place of the signature"),
        ("", "is missing"),
        (" ", "X-Lomi-Signature"),
        (&hex(62), "not 64 hexadecimal digits"),
    ] {
        let said = sentence(b"{}", signature, SECRET);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_wrong_secret_is_named() {
    let of =
        |environment: &str| format!(r#"{{"id":"1","data":{{"environment":"{environment}"}}}}"#);
    let id = "7b0e5f5c-52c5-4a30-9a52-1f0f2a3f9d1e";
    for (body, secret, words) in [
        (of("live"), "whsec_other", "endpoint in the live environment"),
        (of("test"), "whsec_other", "endpoint in the test environment"),
        (of("live") + &of("test"), "whsec_other", "another endpoint"),
        (of("live"), "lomi_sk_live_1", "an API key was given"),
        (of("live"), id, "the id of a webhook endpoint was given"),
    ] {
        let said = sentence(body.as_bytes(), &sign(body.as_bytes(), SECRET).unwrap(), secret);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_changed_body_is_explained_in_terms_of_the_language() {
    let signature = sign(br#"{"id":"1"}"#, SECRET).unwrap();
    let said = |raw_body| {
        let options = VerifyOptions { raw_body, ..VerifyOptions::default() };
        let error = construct_event(br#"{"id": "1"}"#, &signature, &[SECRET], options);
        error.unwrap_err().message().to_owned()
    };
    assert!(said(Some("request.body")).ends_with("(request.body)"), "{}", said(None));
    assert!(said(None).ends_with("(axum, actix-web: Bytes)"), "{}", said(None));
}

#[test]
fn a_wrong_clock_is_measured() {
    let body = br#"{"id":"1","event":"X","timestamp":"2026-01-01T00:00:00Z"}"#;
    let signature = sign(body, SECRET).unwrap();
    let made = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let refused = |received_at| {
        let options = VerifyOptions::new().max_age(Duration::from_secs(300));
        let options = options.received_at(received_at);
        construct_event(body, &signature, &[SECRET], options).unwrap_err()
    };
    let early = refused(made - Duration::from_secs(3600));
    assert_eq!(
        early.message(),
        "the event was made 3600 s in the future, and at most 300 s are allowed: check this \
         machine's clock (NTP)"
    );
    let late = refused(made + Duration::from_secs(1000));
    assert!(late.message().starts_with("the event is 1000 s old, and at most 300 s"), "{late}");
    let french = late.in_language(Language::French);
    assert!(french.message().starts_with("l'événement date de 1000 s"), "{french}");
}
