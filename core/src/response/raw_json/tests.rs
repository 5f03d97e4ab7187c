use super::*;
use crate::json;
use crate::json::{Value, Values};
use crate::response::tests::equal_values::Both;
use crate::table::CHECKOUT_SESSION;

fn both(text: &str) -> (Value, Both) {
    let response = Response::from_json(text, &CHECKOUT_SESSION).unwrap();
    let mut sink = Both::default();
    let Decoded::One(raw) = response.raw_json(&mut sink, |_| true).unwrap() else {
        panic!("{text}")
    };
    let Decoded::One(decoded) = response.decode(&mut Values).unwrap() else { panic!("{text}") };
    assert_eq!(raw, decoded, "{text}");
    (raw, sink)
}

#[test]
fn objects_without_conversions_are_passed_as_raw_json() {
    for text in [
        r#"{"id":"cs_1","amount":5}"#,
        "{ \"checkout_session_id\" : \"cs_1\" , \"title\":\"a\\\"}b\" , \"amount\" : 1.5 }",
        r#"{"data":{"checkout_session_id":"cs_1","metadata":{"a":["}","\\"],"b":{}}}}"#,
        r#"[{"checkout_session_id":"cs_1","unknown":[[],{},[{"x":null}]]}]"#,
        r#"{"success":true,"data":{"id":"cs_1","description":"é’"},"x":"}"}"#,
    ] {
        let (value, sink) = both(text);
        assert_eq!(sink.raw, 1, "{text}");
        assert_eq!(value["checkout_session_id"], "cs_1", "{text}");
    }
}

#[test]
fn empty_fields_get_the_value_of_their_sibling() {
    let (value, sink) = both(r#"{"id":"cs_1","url":"https://x/\u00e9","checkout_url":null}"#);
    assert_eq!((value["checkout_url"].as_str(), sink.raw), (Some("https://x/é"), 0));
    let (value, sink) = both(r#"{"id":"cs_1","url":"https://x","checkout_url":null}"#);
    assert_eq!((value["checkout_url"].as_str(), sink.raw), (Some("https://x"), 1));
    assert_eq!(value["checkout_session_id"], "cs_1");
}

#[test]
fn converted_values_go_through_the_decoder() {
    for (text, name, read) in [
        (r#"{"id":"cs_1","status":"complete"}"#, "status", json!("completed")),
        (r#"{"id":"cs_1","amount":"10000"}"#, "amount", json!(10000)),
        (r#"{"id":"cs_1","metadata":[]}"#, "metadata", json!({})),
        (r#"{"id":"cs_1","metadata":"{\"a\":1}"}"#, "metadata", json!({"a": 1})),
        (r#"{"id":"cs_1","amount":9007199254740993}"#, "amount", json!(9007199254740993_i64)),
    ] {
        let (value, sink) = both(text);
        assert_eq!((&value[name], sink.raw), (&read, 0), "{text}");
    }
}

#[test]
fn any_value_is_raw_json_if_its_numbers_are_exact() {
    let read = |text: &str| {
        let (document, content) = crate::response::envelope::read(
            &text.into(),
            crate::table::Returns::Any,
            &[],
            crate::limits::Limits::default(),
        )
        .unwrap();
        let mut response = Response::from_json("{}", &CHECKOUT_SESSION).unwrap();
        (response.document, response.content) = (document, content);
        let mut sink = Both::default();
        let Decoded::One(value) = response.raw_json(&mut sink, |_| true).unwrap() else { panic!() };
        (value, sink.raw)
    };
    assert_eq!(read(r#" [1,{"a":"b"}] "#), (json!([1, {"a": "b"}]), 1));
    assert_eq!(read("9007199254740993"), (json!(9007199254740993_i64), 0));
}
