use super::*;
use crate::json;

#[test]
fn numbers_keep_their_digits_from_reading_to_writing() {
    let text = r#"[9007199254740993,18446744073709551615,18446744073709551616,-9223372036854775808,-0,0.10,1E400,1e-7,1.0,100000000000000000000000000.5]"#;
    let value: Value = text.parse().unwrap();
    assert_eq!(value.to_string(), text);
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
}

#[test]
fn members_keep_their_order_when_one_is_taken_out() {
    let mut value: Value = r#"{"z":1,"a":2,"m":3,"z":4}"#.parse().unwrap();
    assert_eq!(value.to_string(), r#"{"z":4,"a":2,"m":3}"#);
    value.as_object_mut().unwrap().remove("z");
    value["b"] = json!({"c": [null, {}, []]});
    assert_eq!(value.to_string(), r#"{"a":2,"m":3,"b":{"c":[null,{},[]]}}"#);
    assert_eq!(value["nowhere"]["deeper"][3], Value::Null);
}

#[test]
fn whole_numbers_are_recognised_by_their_digits() {
    for (digits, whole) in [
        ("0", true),
        ("-1", true),
        ("9223372036854775807", true),
        ("9223372036854775808", false),
        ("-0", false),
        ("+1", false),
        ("01", false),
        ("-01", false),
        ("1.0", false),
        ("1e2", false),
    ] {
        let number = Number::from_string_unchecked(digits.into());
        assert_eq!(number.other().is_err(), whole, "{digits}");
        assert_eq!(number.to_string(), digits);
    }
}

#[test]
fn the_grammar_of_numbers_is_that_of_json() {
    for good in ["0", "-0", "10", "-1.5e3", "1E+2", "0.0e-0", "1e999"] {
        assert!(is_number(good) && good.parse::<Number>().is_ok(), "{good}");
    }
    let words = ["", "-", "01", "-01", "1.", ".5", "+1", "1e", "1e+", "NaN", "inf", "1 ", " 1"];
    for bad in words.into_iter().chain(["0x1", "1_0", "１", "--1", "1.e2", "1,2", "null"]) {
        assert!(!is_number(bad) && bad.parse::<Number>().is_err(), "{bad}");
        let number = Value::from(Number::from_string_unchecked(bad.into()));
        assert!(serde_json::to_string(&number).is_err(), "{bad}");
    }
}

#[test]
fn a_float_that_is_no_number_cannot_be_written() {
    for number in [f64::NAN, f64::INFINITY] {
        assert!(serde_json::to_string(&Value::from(number)).is_err());
    }
    assert_eq!(Value::from(0.1).to_string(), "0.1");
}

#[test]
fn other_formats_get_numbers_of_their_own() {
    let plain = serde_json::json!([1, u64::MAX, 1.5, "a", null, {"b": true}]);
    let ours = Value::from(plain.clone());
    assert_eq!(serde_json::to_value(&ours).unwrap(), plain);
    let fraction = Value::from("0.10".parse::<Number>().unwrap());
    assert_eq!(serde_json::to_value(&fraction).unwrap().as_f64(), Some(0.1));
    assert_eq!(ours, json!([1, u64::MAX, 1.5, "a", null, {"b": true}]));
}
