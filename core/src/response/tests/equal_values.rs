//! A language receives a response in one of three ways: value by value, as raw JSON, or as lazy
//! rows. All three must give the same values.

use crate::error::Error;
use crate::json::{Key, Map, Sink, Value, Values};
use crate::response::{Decoded, LazyRow, LazyRowSink, RawJson, RawJsonSink, Response};
use crate::table::CHECKOUT_SESSION;
use crate::table::Model;
use proptest::prelude::*;
use proptest::sample::select;

/// A sink that takes raw JSON and lazy rows, and builds values of both.
#[derive(Default)]
pub(crate) struct Both {
    pub(crate) raw: usize,
}

impl RawJsonSink for Both {
    fn reads_integer(&self, number: i64) -> bool {
        number.unsigned_abs() <= 1 << 53
    }

    fn reads_number(&self, digits: &str) -> bool {
        digits.contains(['.', 'e', 'E'])
    }

    fn raw_json(&mut self, value: RawJson<'_>) -> Result<Value, Error> {
        self.raw += 1;
        let mut read: Value = value.text.parse().unwrap();
        for (name, text) in value.added {
            read[name] = text.parse().unwrap();
        }
        Ok(read)
    }
}

/// Value by value, it works like `Values`.
impl Sink for Both {
    type Value = Value;
    type List = <Values as Sink>::List;
    type Object = <Values as Sink>::Object;
    type Error = Error;

    fn null(&mut self) -> Result<Value, Error> {
        Values.null()
    }
    fn boolean(&mut self, value: bool) -> Result<Value, Error> {
        Values.boolean(value)
    }
    fn integer(&mut self, value: i64) -> Result<Value, Error> {
        Values.integer(value)
    }
    fn number(&mut self, digits: &str) -> Result<Value, Error> {
        Values.number(digits)
    }
    fn text(&mut self, text: &str) -> Result<Value, Error> {
        Values.text(text)
    }
    fn begin_list(&mut self) -> Result<Self::List, Error> {
        Values.begin_list()
    }
    fn before_item(&mut self, list: &mut Self::List) -> Result<(), Error> {
        Values.before_item(list)
    }
    fn item(&mut self, list: &mut Self::List, value: Value) -> Result<(), Error> {
        Values.item(list, value)
    }
    fn end_list(&mut self, list: Self::List) -> Result<Value, Error> {
        Values.end_list(list)
    }
    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<Self::Object, Error> {
        Values.begin_object(model)
    }
    fn key(&mut self, object: &mut Self::Object, key: Key<'_>) -> Result<(), Error> {
        Values.key(object, key)
    }
    fn value(&mut self, object: &mut Self::Object, value: Value) -> Result<(), Error> {
        Values.value(object, value)
    }
    fn end_object(&mut self, object: Self::Object) -> Result<Value, Error> {
        Values.end_object(object)
    }
}

impl LazyRowSink for Both {
    fn row(&mut self, row: LazyRow) -> Result<Value, Error> {
        let mut read = Map::new();
        // From the last to the first, because fields may be read in any order.
        for (position, field) in row.model().fields.iter().enumerate().rev() {
            if let Some(value) = row.field(position, self)? {
                read.insert(field.name.to_owned(), value);
            }
        }
        let Value::Object(whole) = row.decode(self)? else { panic!("no object") };
        for (name, value) in &whole {
            // A member that is no field is only in the whole object.
            let one = read.entry(name.clone()).or_insert_with(|| {
                assert!(row.model().field(name).is_none(), "{name} was not read");
                value.clone()
            });
            assert_eq!(one, value, "{name}");
        }
        assert_eq!(read.len(), whole.len());
        Ok(whole.into())
    }
}

/// Names of fields, their aliases and siblings, and unknown names.
fn name() -> impl Strategy<Value = &'static str> {
    let fields = CHECKOUT_SESSION.fields.iter();
    let known = fields.flat_map(|field| [field.name].into_iter().chain(field.aliases.to_vec()));
    let siblings = ["id", "checkout_session_id", "url", "checkout_url", "description"];
    let odd = ["public_description", "later", "", "data", "\\u0069d", "\\ud83d\\ude00", "metadata"];
    select([&siblings[..], &odd[..], &known.collect::<Vec<_>>()].concat())
}

/// Values that servers send, and values that they do not.
fn value() -> impl Strategy<Value = &'static str> {
    select(vec![
        "null",
        "true",
        "false",
        "0",
        "-0",
        "5",
        "10000",
        "1.50",
        "1e400",
        "9007199254740993",
        "123456789012345678901234567890",
        "\"\"",
        "\"cs_1\"",
        "\"10000\"",
        "\"1.5\"",
        "\"a b\"",
        "\"\\u00e9\\n\\\"}\"",
        "\"é’\"",
        "\"complete\"",
        "\"open\"",
        "\"later word\"",
        "[]",
        "{}",
        "{\"a\":1}",
        "[1,[2,{\"b\":null}]]",
        "\"{\\\"a\\\":[1]}\"",
        "\"{no\"",
        "{\"id\":\"in\",\"url\":\"x\"}",
        "[{\"title\":\"x\"}]",
        "\"\\ud800\"",
    ])
}

fn object() -> impl Strategy<Value = String> {
    let member = (name(), value(), select(vec!["", " ", "\n"]));
    proptest::collection::vec(member, 0..24).prop_map(|members| {
        let members =
            members.iter().map(|(name, value, gap)| format!("{gap}\"{name}\":{gap}{value}"));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_three_ways_give_the_same(rows in proptest::collection::vec(object(), 1..6)) {
        let text = format!("[{}]", rows.join(","));
        let response = Response::of_page(&text, &CHECKOUT_SESSION).unwrap();
        let all = |_| true;
        let Decoded::Rows(decoded, _) = response.decode(&mut Values).unwrap() else { panic!() };
        let Decoded::Rows(raw, _) = response.raw_json(&mut Both::default(), all).unwrap() else {
            panic!()
        };
        let Decoded::Rows(lazy, _) = response.lazy_rows(&mut Both::default(), all).unwrap() else {
            panic!()
        };
        prop_assert_eq!(&decoded, &raw);
        prop_assert_eq!(&decoded, &lazy);
    }
}
