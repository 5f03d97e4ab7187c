//! PHP values as JSON, the way a PHP user means them: models as their fields, dates as
//! ISO 8601 text, enums as their value, numbers with every digit.

use ext_php_rs::convert::FromZval;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ArrayKey, ZendHashTable, Zval};
use lomi::schema::Kind;
use serde_json::{Map, Number, Value};

use crate::models::{self, CONTAINER, ModelClass, NULLS};
use crate::zend::{AsObject, Object};
use crate::zend::{Thrown, call_method, class_named, get_property, is_a};

/// Deeper than any body of the API; a loop of references ends here.
const DEEPEST: u32 = 100;

/// A value as JSON.
pub(crate) fn value(zval: &Zval) -> Result<Value, Thrown> {
    at_depth(zval, 0)
}

fn at_depth(zval: &Zval, depth: u32) -> Result<Value, Thrown> {
    if depth > DEEPEST {
        return Err(Thrown::validation("the values are nested too deep, or contain themselves"));
    }
    let zval = zval.dereference();
    Ok(match zval.get_type() {
        DataType::Null | DataType::Undef => Value::Null,
        DataType::Bool | DataType::True | DataType::False => Value::Bool(zval.is_true()),
        DataType::Long => zval.long().unwrap_or_default().into(),
        DataType::Double => Value::Number(float(zval.double().unwrap_or_default())),
        DataType::String => match zval.str() {
            Some(text) => Value::String(text.to_owned()),
            None => return Err(Thrown::validation("a text is not UTF-8")),
        },
        DataType::Array => match zval.array() {
            Some(table) => array(table, depth)?,
            None => Value::Null,
        },
        DataType::Object(_) => match zval.handle() {
            Some(found) => object(found, depth)?,
            None => Value::Null,
        },
        other => return Err(Thrown::validation(format!("a {other} cannot be sent"))),
    })
}

/// A float as PHP's `json_encode` writes it: whole ones without a point. What is no
/// number is handed on as such, to be refused by the core with the field's name.
fn float(number: f64) -> Number {
    if !number.is_finite() {
        let word = if number.is_nan() { "NaN" } else { "Infinity" };
        return Number::from_string_unchecked(word.to_owned());
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return Number::from(number as i64);
    }
    Number::from_f64(number).unwrap_or_else(|| Number::from(0))
}

/// A list, or an object where the keys are not 0, 1, 2, ...
fn array(table: &ZendHashTable, depth: u32) -> Result<Value, Thrown> {
    if table.has_sequential_keys() {
        return table.values().map(|item| at_depth(item, depth + 1)).collect();
    }
    fields(table, depth).map(Value::Object)
}

fn fields(table: &ZendHashTable, depth: u32) -> Result<Map<String, Value>, Thrown> {
    let mut map = Map::new();
    for (key, item) in table {
        let name = match key {
            ArrayKey::Long(index) => index.to_string(),
            ArrayKey::String(name) => name,
            ArrayKey::Str(name) => name.to_owned(),
            ArrayKey::ZendString(name) => match name.as_str() {
                Ok(name) => name.to_owned(),
                Err(_) => return Err(Thrown::validation("a key is not UTF-8")),
            },
        };
        map.insert(name, at_depth(item, depth + 1)?);
    }
    Ok(map)
}

fn object(object: Object<'_>, depth: u32) -> Result<Value, Thrown> {
    if let Some(known) = models::of_object(object) {
        return model(known, object, depth).map(Value::Object);
    }
    if let Some(money) = crate::money::of_object(object) {
        return Ok(money.into());
    }
    if is_a(object, "DateTimeInterface") {
        let text = call_method(object, "format", &mut [crate::zend::string_zval(ATOM)])?;
        return at_depth(&text, depth + 1);
    }
    if is_a(object, "BackedEnum") {
        let class = class_named("BackedEnum").ok_or(Thrown::Pending)?;
        return at_depth(&get_property(object, class, "value"), depth + 1);
    }
    if is_a(object, "JsonSerializable") {
        let inner = call_method(object, "jsonSerialize", &mut [])?;
        let same = inner.handle().is_some_and(|inner| inner.as_ptr() == object.as_ptr());
        if !same {
            return at_depth(&inner, depth + 1);
        }
    }
    if is_a(object, "Closure") || is_a(object, "Generator") {
        return Err(Thrown::validation("a closure or generator cannot be sent"));
    }
    if is_a(object, "Stringable") && !is_a(object, "Traversable") {
        let text = call_method(object, "__toString", &mut [])?;
        return at_depth(&text, depth + 1);
    }
    // What the class lets everyone see.
    let mut arguments = [crate::zend::object_zval(object)];
    let seen = crate::zend::call_function("get_object_vars", &mut arguments)?;
    match seen.array() {
        Some(table) => fields(table, depth).map(Value::Object),
        None => Ok(Value::Object(Map::new())),
    }
}

/// What `DateTimeInterface::ATOM` holds.
pub(crate) const ATOM: &str = "Y-m-d\\TH:i:sP";

/// A model's set fields, and those that are to be emptied as null.
fn model(known: &ModelClass, object: Object<'_>, depth: u32) -> Result<Map<String, Value>, Thrown> {
    let mut map = Map::new();
    let container = models::read_slot(object, CONTAINER);
    let values = container.array().map_or_else(|| Ok(Map::new()), |table| fields(table, depth))?;
    for (name, value) in values {
        let is_map = known.model.field(&name).is_some_and(|f| matches!(f.kind, Kind::Map));
        let value = match value {
            Value::Null => continue,
            Value::Array(items) if is_map && items.is_empty() => Value::Object(Map::new()),
            value => value,
        };
        map.insert(name, value);
    }
    for name in models::read_slot(object, NULLS).array().iter().flat_map(|table| table.values()) {
        if let Some(name) = String::from_zval(name) {
            map.insert(name, Value::Null);
        }
    }
    Ok(map)
}
