//! Serializes values, with every digit of a number.

use std::fmt;

use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Map, Number, Value, is_number};
use crate::message::Language;
use crate::messages::response as messages;

/// Compact JSON; `{:#}` writes one member or item to a line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self, 0)
    }
}

fn write(f: &mut fmt::Formatter<'_>, value: &Value, level: usize) -> fmt::Result {
    match value {
        Value::Null => f.write_str("null"),
        Value::Bool(flag) => write!(f, "{flag}"),
        Value::Number(number) => write!(f, "{number}"),
        Value::String(text) => write_string(f, text),
        Value::Array(items) if items.is_empty() => f.write_str("[]"),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                f.write_str(if position == 0 { "[" } else { "," })?;
                break_line(f, level + 1)?;
                write(f, item, level + 1)?;
            }
            break_line(f, level)?;
            f.write_str("]")
        }
        Value::Object(members) if members.is_empty() => f.write_str("{}"),
        Value::Object(members) => {
            for (position, (name, value)) in members.iter().enumerate() {
                f.write_str(if position == 0 { "{" } else { "," })?;
                break_line(f, level + 1)?;
                write_string(f, name)?;
                f.write_str(if f.alternate() { ": " } else { ":" })?;
                write(f, value, level + 1)?;
            }
            break_line(f, level)?;
            f.write_str("}")
        }
    }
}

fn break_line(f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
    match f.alternate() {
        true => write!(f, "\n{}", "  ".repeat(level)),
        false => Ok(()),
    }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

impl Serialize for Map<String, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// As a native number of the format if that loses nothing, else by its digits, which `serde_json`
/// writes unchanged.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = match self.other() {
            Err(whole) => return serializer.serialize_i64(whole),
            Ok(digits) => digits,
        };
        if !is_number(digits) {
            let message = messages::not_json_number(digits);
            return Err(S::Error::custom(message.text(Language::of_environment())));
        }
        if let Ok(whole) = digits.parse::<u64>() {
            return serializer.serialize_u64(whole);
        }
        if let Some(float) = self.as_f64()
            && Self::from_f64(float).is_some_and(|same| same == *self)
        {
            return serializer.serialize_f64(float);
        }
        RawValue::from_string(digits.to_owned()).map_err(S::Error::custom)?.serialize(serializer)
    }
}
