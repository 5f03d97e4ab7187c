//! How JavaScript writes options.

use lomi::Value;
use lomi::binding::{OptionStyle, messages};

pub(super) static STYLE: OptionStyle = OptionStyle {
    camel_case: true,
    milliseconds: true,
    object: messages::an_object,
    kind,
    limits: "{ body: 1000000 }",
};

/// The type of a value, as JavaScript calls it.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
