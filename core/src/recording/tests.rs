#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::{Exchange, Received, mask};
use crate::json;
use crate::json::{Map, Value};
use crate::message::Message;

fn masked(value: Value) -> Value {
    mask::value(value)
}

#[test]
fn no_id_is_taken_for_the_number_of_a_card() {
    // Its 15 digits before the letters pass the check of a card.
    let one = "4b143378-3630-4932-9ccd-6065428cd419";
    let text = format!("{one}, card 4242-4242-4242-4242, cs_{one} 4242424242424242");
    assert_eq!(mask::string(&text), format!("{one}, card masked, cs_{one} masked"));
    // 15 digits before the letters again: a tenth of them pass.
    for number in 0..5000_u64 {
        let (six, four) = (number * 199, number * 2);
        let id = format!("4b{six:06}-{four:04}-4932-9ccd-6065428cd419");
        assert_eq!(mask::string(&id), id);
    }
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
        "description": "for Awa, who lives in Dakar",
        "message": "write to awa@example.sn, or call +221771234567; card 4242 4242 4242 4242",
        "a_field_of_tomorrow": "Awa",
        "pan": "4242424242424242",
        "expiry": "12/29",
        "pin_code": 1234,
        "compte_payeur": "SN0801",
        "status": "completed",
        "error": {"code": "not_found", "message": "Cannot GET /refunds"},
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
        "description": "masked",
        "message": "write to masked@example.com, or call +22500000000; card masked",
        "a_field_of_tomorrow": "masked",
        "pan": "masked",
        "expiry": "masked",
        "pin_code": 0,
        "compte_payeur": "masked",
        "status": "completed",
        "error": {"code": "not_found", "message": "Cannot GET /refunds"},
        "download_url": "https://files.example.com/a.csv?masked",
        "secret": "masked",
        "note": "masked",
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
        ("/customers?search=Awa+Diop&page=2", "/customers?search=masked&page=2"),
    ];
    for (given, expected) in cases {
        assert_eq!(mask::target(given), expected);
    }
}

/// What can be read in a recording is decided here: a new field of free text needs no line.
#[test]
fn the_strings_that_are_kept_are_words_of_the_api() {
    let kept = |name: &str| {
        let text = json::Value::from("Awa Diop");
        masked(Map::from_iter([(name.to_owned(), text)]).into())[name] == "Awa Diop"
    };
    let free = crate::table::MODELS
        .iter()
        .flat_map(|model| model.fields)
        .filter(|field| matches!(field.kind, crate::table::Kind::Text) && kept(field.name));
    let words = [
        "account",
        "address",
        "alias",
        "auth",
        "card",
        "city",
        "compte",
        "cvv",
        "description",
        "email",
        "expiry",
        "holder",
        "iban",
        "ip",
        "name",
        "nom",
        "number",
        "pan",
        "payload",
        "phone",
        "pin",
        "postal",
        "qr",
        "recipient",
        "secret",
        "street",
        "title",
        "token",
    ];
    for field in free {
        let parts: Vec<&str> = field.name.split('_').collect();
        let found = words.iter().find(|word| parts.contains(word));
        let is_word = ["_id", "_type", "_date"].iter().any(|end| field.name.ends_with(end));
        assert!(found.is_none() || is_word, "{} is kept", field.name);
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
        message: Message::untranslated("slow"),
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
