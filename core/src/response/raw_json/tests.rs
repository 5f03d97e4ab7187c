use super::*;
use crate::json;
use crate::json::{Value, Values};
use crate::response::equal_values::Both;
use crate::table::CHECKOUT_SESSION;

fn both(text: &str) -> (Value, Both) {
    let response = Response::from_json(text, &CHECKOUT_SESSION).unwrap();
    let mut sink = Both::default();
    let Decoded::One(written) = response.write(&mut sink, |_| true).unwrap() else {
        panic!("{text}")
    };
    let Decoded::One(decoded) = response.decode(&mut Values).unwrap() else { panic!("{text}") };
    assert_eq!(written, decoded, "{text}");
    (written, sink)
}

#[test]
fn what_needs_nothing_goes_over_as_it_was_written() {
    for text in [
        r#"{"id":"cs_1","amount":5}"#,
        "{ \"checkout_session_id\" : \"cs_1\" , \"title\":\"a\\\"}b\" , \"amount\" : 1.5 }",
        r#"{"data":{"checkout_session_id":"cs_1","metadata":{"a":["}","\\"],"b":{}}}}"#,
        r#"[{"checkout_session_id":"cs_1","unknown":[[],{},[{"x":null}]]}]"#,
        r#"{"success":true,"data":{"id":"cs_1","description":"é’"},"x":"}"}"#,
    ] {
        let (value, sink) = both(text);
        assert_eq!(sink.written, 1, "{text}");
        assert_eq!(value["checkout_session_id"], "cs_1", "{text}");
    }
}

#[test]
fn empty_fields_get_the_value_of_their_sibling() {
    let (value, sink) = both(r#"{"id":"cs_1","url":"https://x/\u00e9","checkout_url":null}"#);
    assert_eq!((value["checkout_url"].as_str(), sink.written), (Some("https://x/é"), 0));
    let (value, sink) = both(r#"{"id":"cs_1","url":"https://x","checkout_url":null}"#);
    assert_eq!((value["checkout_url"].as_str(), sink.written), (Some("https://x"), 1));
    assert_eq!(value["checkout_session_id"], "cs_1");
}

#[test]
fn what_is_evened_out_goes_through_the_decoder() {
    for (text, name, read) in [
        (r#"{"id":"cs_1","status":"complete"}"#, "status", json!("completed")),
        (r#"{"id":"cs_1","amount":"10000"}"#, "amount", json!(10000)),
        (r#"{"id":"cs_1","metadata":[]}"#, "metadata", json!({})),
        (r#"{"id":"cs_1","metadata":"{\"a\":1}"}"#, "metadata", json!({"a": 1})),
        (r#"{"id":"cs_1","amount":9007199254740993}"#, "amount", json!(9007199254740993_i64)),
    ] {
        let (value, sink) = both(text);
        assert_eq!((&value[name], sink.written), (&read, 0), "{text}");
    }
}

#[test]
fn any_value_goes_over_whole_where_its_numbers_are_read() {
    let read = |text: &str| {
        let (document, content) = crate::response::envelope::find(
            &text.into(),
            crate::table::Returns::Any,
            crate::limits::Limits::default(),
        )
        .unwrap();
        let mut response = Response::from_json("{}", &CHECKOUT_SESSION).unwrap();
        (response.document, response.content) = (document, content);
        let mut sink = Both::default();
        let Decoded::One(value) = response.write(&mut sink, |_| true).unwrap() else { panic!() };
        (value, sink.written)
    };
    assert_eq!(read(r#" [1,{"a":"b"}] "#), (json!([1, {"a": "b"}]), 1));
    assert_eq!(read("9007199254740993"), (json!(9007199254740993_i64), 0));
}
