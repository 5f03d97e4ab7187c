//! Prints how serde_json reads documents that its features would read differently.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, from_str, to_string};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    id: u64,
    #[serde(flatten)]
    price: Price,
}

#[derive(Debug, Serialize, Deserialize)]
struct Price {
    amount: u64,
    rate: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rates {
    base: String,
    #[serde(flatten)]
    by_currency: HashMap<String, f64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Amount {
    Whole(i64),
    Fraction(f64),
    Text(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Event {
    Paid { amount: f64 },
}

fn main() {
    let order = r#"{"id":1,"amount":10000,"rate":0.10}"#;
    println!("flattened struct: {:?}", from_str::<Order>(order));
    let rates = from_str::<Rates>(r#"{"base":"XOF","EUR":655.957}"#);
    println!("flattened map: {rates:?}");
    println!("untagged: {:?}", from_str::<Vec<Amount>>(r#"[5, 1.50, "a"]"#));
    println!("tagged: {:?}", from_str::<Event>(r#"{"kind":"Paid","amount":5.0}"#));
    for text in ["1.10", "1E2", "-0", "1e999", "18446744073709551616"] {
        println!("{text}: {:?}", from_str::<Value>(text).map_err(|error| error.to_string()));
    }
    let object = from_str::<Value>(r#"{"b":1,"a":{"d":2,"c":3}}"#);
    println!("order: {:?}", object.and_then(|object| to_string(&object)));
    let deep = from_str::<Value>(&("[".repeat(128) + &"]".repeat(128)));
    println!("deep: {:?}", deep.map_err(|error| error.to_string()));
    #[cfg(feature = "lomi")]
    lomi_keeps_digits_and_order();
}

#[cfg(feature = "lomi")]
fn lomi_keeps_digits_and_order() {
    let text = r#"{"b":0.10,"a":18446744073709551616,"c":[-0,1E400]}"#;
    let value: lomi::Value = text.parse().expect("this is JSON");
    assert_eq!(value.to_string(), text);
    assert_eq!(to_string(&value).expect("it can be written"), text);
    let session = r#"{"id":"cs_1","amount":12345678901234567890.10,"z":1,"y":2}"#;
    let response = lomi::Response::from_json(session, lomi::binding::MODELS[0]).expect("this is an object");
    let read = lomi::binding::read_values(&response).expect("it can be read").to_string();
    assert!(read.contains("12345678901234567890.10"), "{read}");
    assert!(read.find("\"z\"") < read.find("\"y\""), "{read}");
}
