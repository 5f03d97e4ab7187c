//! The core's JSON values as PHP values.

use ext_php_rs::types::Zval;
use lomi::{Number, Value};

use crate::zend::{Array, Thrown, plain_object, string_zval};

/// Objects as arrays.
pub(crate) fn array(value: &Value) -> Zval {
    match value {
        Value::Array(items) => items.iter().map(array).collect::<Array>().finish(),
        Value::Object(fields) => {
            let mut filled = Array::with_capacity(fields.len());
            for (name, value) in fields {
                filled.set(name, array(value));
            }
            filled.finish()
        }
        scalar => plain(scalar),
    }
}

/// Objects as `stdClass`.
pub(crate) fn object(value: &Value) -> Result<Zval, Thrown> {
    match value {
        Value::Array(items) => {
            let items: Result<Vec<Zval>, Thrown> = items.iter().map(object).collect();
            Ok(items?.into_iter().collect::<Array>().finish())
        }
        Value::Object(fields) => {
            let mut filled = Array::with_capacity(fields.len());
            for (name, value) in fields {
                filled.set(name, object(value)?);
            }
            plain_object(filled)
        }
        scalar => Ok(plain(scalar)),
    }
}

fn plain(value: &Value) -> Zval {
    let mut zval = Zval::null();
    match value {
        Value::Bool(value) => zval.set_bool(*value),
        Value::Number(digits) => return number(digits),
        Value::String(text) => return string_zval(text),
        _ => {}
    }
    zval
}

/// An int where it fits, else a float, else a string.
fn number(digits: &Number) -> Zval {
    let mut zval = Zval::new();
    let text = digits.to_string();
    let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) if text != "-0" => zval.set_long(whole),
        (_, Ok(number)) if number.is_finite() && !whole => zval.set_double(number),
        _ => return string_zval(&text),
    }
    zval
}
