#![allow(clippy::unwrap_used, clippy::panic)]

use lomi::binding::MODELS;
use lomi::{Response, Value};

use super::{PackedSink, Writer, value_of};

fn json(text: &str) -> Value {
    text.parse().unwrap()
}

#[test]
fn a_value_is_read_as_it_was_written() {
    let value = json(
        r#"{"a":null,"b":[true,false,[]],"n":-9007199254740993,"d":1.50,"big":123456789012345678901,
            "s":"é😀","m":{"":{"x":"y"}}}"#,
    );
    let mut writer = Writer::default();
    writer.value(&value);
    assert_eq!(value_of(&writer.bytes).unwrap(), value);
}

fn packed_session(text: &str) -> Vec<u8> {
    let model = MODELS.iter().find(|model| model.name == "CheckoutSession").unwrap();
    let response = Response::from_json(text, model).unwrap();
    let mut sink = PackedSink::default();
    response.decode(&mut sink).unwrap();
    sink.writer.bytes
}

#[test]
fn an_object_keeps_its_fields_and_unknown_ones_in_their_order() {
    let text = r#"{"title":"Tea","zeta":1,"amount":5000,"alpha":[{"x":2}],"checkout_session_id":"cs_1",
        "customer_name":null,"omega":"last"}"#;
    let value = value_of(&packed_session(text)).unwrap();
    let names: Vec<&String> = value.as_object().unwrap().keys().collect();
    let sent =
        ["title", "zeta", "amount", "alpha", "checkout_session_id", "customer_name", "omega"];
    assert_eq!(names, sent);
    assert_eq!(value.get("alpha"), Some(&json(r#"[{"x":2}]"#)));
    assert_eq!(value.get("amount").and_then(Value::as_i64), Some(5000));
}

#[test]
fn the_last_of_two_equal_names_counts() {
    let text = r#"{"checkout_session_id":"cs_1","amount":1,"amount":2,"x":3,"x":4}"#;
    let value = value_of(&packed_session(text)).unwrap();
    assert_eq!(value.get("amount").and_then(Value::as_i64), Some(2));
    assert_eq!(value.get("x").and_then(Value::as_i64), Some(4));
}

#[test]
fn incomplete_bytes_are_an_error() {
    let whole = packed_session(r#"{"checkout_session_id":"cs_1","amount":1,"x":{"y":[1,2.5]}}"#);
    for end in 0..whole.len() {
        assert!(value_of(whole.get(..end).unwrap()).is_err(), "{end} of {} bytes", whole.len());
    }
    // Any byte may be wrong: an error or another value, never a panic or an endless loop.
    for at in 0..whole.len() {
        for wrong in [0, 1, 6, 7, 8, 255] {
            let mut bytes = whole.clone();
            *bytes.get_mut(at).unwrap() = wrong;
            let _ = value_of(&bytes);
        }
    }
}
