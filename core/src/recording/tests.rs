#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::{Exchange, Received, mask};
use crate::json;
use crate::json::{Map, Value};

fn masked(value: Value) -> Value {
    mask::value(value)
}

#[test]
fn personal_data_and_keys_are_masked_and_the_rest_is_kept() {
    let given = json!({
        "checkout_session_id": "cs_1",
        "amount": 10000,
        "currency_code": "XOF",
        "customer_email": "awa@example.sn",
        "customer_phone": "+221 77 123 45 67",
        "customer_name": "Awa Diop",
        "customer_id": "cus_1",
        "metadata": {"order": "1234", "n": 5, "to": {"mail": "a@b.c"}},
        "billing": {"address_line": "Rue 1", "email": ""},
        "description": "write to awa@example.sn, or call +221771234567",
        "download_url": "https://files.example.com/a.csv?X-Signature=abc",
        "secret": "whsec_abc",
        "note": "lomi_sk_live_abc",
        "created_at": "2026-01-01T00:00:00+00:00",
        "national_id": "SN123",
    });
    let expected = json!({
        "checkout_session_id": "cs_1",
        "amount": 10000,
        "currency_code": "XOF",
        "customer_email": "masked@example.com",
        "customer_phone": "+22500000000",
        "customer_name": "masked",
        "customer_id": "cus_1",
        "metadata": {"order": "masked", "n": 0, "to": {"mail": "masked@example.com"}},
        "billing": {"address_line": "masked", "email": ""},
        "description": "write to masked@example.com, or call +22500000000",
        "download_url": "https://files.example.com/a.csv?masked",
        "secret": "masked",
        "note": "lomi_sk_live_***",
        "created_at": "2026-01-01T00:00:00+00:00",
        "national_id": "masked",
    });
    assert_eq!(masked(given), expected);
}

#[test]
fn the_target_is_masked() {
    let cases = [
        ("/v1/refunds/r_1?limit=5&status=open", "/v1/refunds/r_1?limit=5&status=open"),
        ("/customers?email=a%40b.c", "/customers?email=masked%40example.com"),
        ("/customers/a%40b.c", "/customers/masked"),
    ];
    for (given, expected) in cases {
        assert_eq!(mask::target(given), expected);
    }
}

/// Secrets in any place of a JSON value.
fn with_secret() -> impl Strategy<Value = Value> {
    let secrets = prop_oneof![
        Just("lomi_sk_live_PLANTED"),
        Just("planted@example.sn"),
        Just("+221770000999"),
        Just("whsec_PLANTED and planted@example.sn"),
    ];
    let leaf = prop_oneof![
        secrets.prop_map(Value::from),
        any::<i32>().prop_map(|number| i64::from(number).into()),
        "[a-z ]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let name = prop_oneof!["[a-z_]{1,8}", Just("planted@example.sn".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..5)
                .prop_map(|fields| { Value::from(Map::from_iter(fields)) }),
        ]
    })
}

proptest! {
    #[test]
    fn no_secret_is_left_and_a_mask_is_stable(value in with_secret()) {
        let masked = masked(value);
        let text = masked.to_string();
        prop_assert!(!text.contains("PLANTED") && !text.contains("planted"), "{text}");
        prop_assert!(!text.contains("770000999"), "{text}");
        prop_assert_eq!(mask::value(masked.clone()), masked);
    }
}

#[test]
fn a_line_is_read_as_it_was_written() {
    let exchange = |received| Exchange {
        operation: "get_refund".to_owned(),
        method: "GET".to_owned(),
        base: "/v1".to_owned(),
        target: "/v1/refunds/r_1".to_owned(),
        idempotency_key: Some("key".to_owned()),
        body: json!({"amount": 12345678901234567890_u64, "rate": 0.10}),
        received,
    };
    let failure = Received::Failure {
        kind: crate::ErrorKind::Timeout,
        outcome: crate::Outcome::Unknown,
        message: "slow".to_owned(),
    };
    for received in [Received::json(404, &json!({"a": [1.50, null]})), failure] {
        let line = exchange(received).to_line("2026-01-01T00:00:00Z", 0.5);
        let read = Exchange::of_line(line.trim_end()).unwrap();
        assert_eq!(read.to_line("2026-01-01T00:00:00Z", 0.5), line);
    }
    for line in ["", "{}", r#"{"lomi":2}"#, r#"{"lomi":1,"operation":"x"}"#] {
        assert!(Exchange::of_line(line).is_none(), "{line}");
    }
}
