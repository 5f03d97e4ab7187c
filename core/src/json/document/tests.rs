mod compared;

use super::*;
use crate::error::ErrorKind;
use crate::json::Values;

fn shallow() -> Limits {
    Limits { depth: 8, values: 20, ..Limits::default() }
}

fn read(text: &str) -> Result<crate::json::Value, Error> {
    let document = Document::read(text.into(), shallow())?;
    document.whole(&mut Values)
}

#[test]
fn a_document_comes_out_as_it_went_in() {
    for text in [
        r#"{"a":[1,-2,{"b":null}],"c":"x\ny é","d\"":true,"e":{},"f":[],"g":1.50}"#,
        r#""\ud83d\ude00""#,
        "5",
        " [ ] ",
    ] {
        let value: crate::json::Value = text.parse().unwrap();
        assert_eq!(read(text).unwrap(), value);
    }
}

#[test]
fn numbers_keep_every_digit() {
    let text = r#"[9007199254740993,18446744073709551616,18446744073709551615,10000.0,-0,-5]"#;
    assert_eq!(read(text).unwrap().to_string(), text);
    let text = r#"{"1e5\\":[1E400,2.50e-7,true],"a\"2e3":[7,1e+4,"3e3",-1e0],"b":1.50}"#;
    assert_eq!(read(text).unwrap().to_string(), text);
}

#[test]
fn an_object_is_no_number_whatever_its_key_is() {
    for name in ["$serde_json::private::Number", "\\u0024serde_json::private::Number"] {
        let value = read(&format!(r#"{{"{name}":"1","b":2}}"#)).unwrap();
        assert_eq!(value["$serde_json::private::Number"], "1");
        assert_eq!(value["b"], 2);
    }
}

#[test]
fn depth_and_number_of_values_are_bounded() {
    let kind = |text: &str| read(text).unwrap_err().kind();
    assert!(read(&("[".repeat(8) + &"]".repeat(8))).is_ok());
    assert_eq!(kind(&("[".repeat(9) + &"]".repeat(9))), ErrorKind::ResponseTooLarge);
    assert_eq!(kind(&r#"{"a":"#.repeat(9)), ErrorKind::ResponseTooLarge);
    let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));
    assert!(read(&list(19)).is_ok());
    assert_eq!(kind(&list(20)), ErrorKind::ResponseTooLarge);
}

#[test]
fn invalid_json_is_refused() {
    for text in ["", "{", "[1,]", "{\"a\":}", "01", "NaN", "\"a", "{} x", "\"\u{1}\"", "{1:2}"] {
        let error = read(text).unwrap_err();
        assert_eq!(error.inner.kind, ErrorKind::UnexpectedResponse, "{text}");
    }
    assert!(read(&"9".repeat(4300)).is_ok() && read(&"9".repeat(4301)).is_err());
}

#[test]
fn members_and_items_are_stepped_through() {
    let text = r#"{"a":{"b":[1,2]},"c":[{"d":1},2],"a":3}"#;
    let document = Document::read(text.into(), Limits::default()).unwrap();
    let names: Vec<_> = document.members(Document::ROOT).map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "c", "a"]);
    let last = document.member(Document::ROOT, "a").unwrap();
    assert_eq!(document.at(last), Value::Integer(3));
    let list = document.member(Document::ROOT, "c").unwrap();
    let items: Vec<_> = document.items(list).map(|item| document.at(item)).collect();
    assert_eq!(items, [Value::Object, Value::Integer(2)]);
    assert_eq!(document.items(last).count() + document.members(last).count(), 0);
}
