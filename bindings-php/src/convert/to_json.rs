//! PHP values as JSON, as a PHP user expects: models as their fields, dates as ISO 8601 strings,
//! enums as their value, iterables as their items, numbers with every digit. Any other value is
//! refused with its type and position, because it must not become an empty object.

mod place;
mod traversable;

use ext_php_rs::convert::FromZval;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};
use lomi::binding::table::Kind;
use lomi::binding::{Argument, messages};
use lomi::{Map, Message, Number, Value};

use crate::models::registry::{self, CONTAINER, ModelClass, NULLS};
use crate::zend::{
    AsObject, Key, Object, Thrown, call_function, call_method, class_named, get_property, is_a,
    is_list, object_zval, pairs, string_zval, type_name,
};
use place::{Place, refused};

/// Deeper than any body of the API; circular references stop here.
pub(crate) const DEEPEST: usize = 100;

/// A value as JSON. `what` names it in errors, such as "the body"; what is inside of it is
/// named by its path.
pub(crate) fn value(what: impl Argument, zval: &Zval) -> Result<Value, Thrown> {
    convert(zval, &Place::root(&|| Message::of(&what), false))
}

/// The same for a value that is only handed to the core, which refuses NaN and infinity
/// with the sentence of every language.
pub(crate) fn for_core(what: impl Argument, zval: &Zval) -> Result<Value, Thrown> {
    convert(zval, &Place::root(&|| Message::of(&what), true))
}

/// A body as JSON. An array that has lost some of its keys (`array_filter` leaves gaps) is
/// still the list that its field wants.
pub(crate) fn body(
    zval: &Zval,
    model: Option<&lomi::binding::table::Model>,
) -> Result<Value, Thrown> {
    let mut value = for_core(messages::the_body(), zval)?;
    if let (Some(model), Value::Object(fields)) = (model, &mut value) {
        for (name, value) in fields {
            if let Value::Object(items) = value
                && let Some(Kind::Models(_) | Kind::Maps | Kind::Words) =
                    model.field(name).map(|field| field.kind)
                && items.keys().all(|key| key.parse::<u32>().is_ok())
            {
                *value = std::mem::take(items).into_iter().map(|(_, item)| item).collect();
            }
        }
    }
    Ok(value)
}

fn convert(zval: &Zval, place: &Place<'_>) -> Result<Value, Thrown> {
    if place.depth > DEEPEST {
        let top = place.top();
        return Err(Thrown::validation(messages::too_deep(top, DEEPEST)));
    }
    let zval = zval.dereference();
    Ok(match zval.get_type() {
        DataType::Null | DataType::Undef => Value::Null,
        DataType::Bool | DataType::True | DataType::False => Value::Bool(zval.is_true()),
        DataType::Long => zval.long().unwrap_or_default().into(),
        DataType::Double => match zval.double().unwrap_or_default() {
            number if number.is_finite() => Value::Number(float(number)),
            number if place.core_checks => {
                let word = match number {
                    f64::INFINITY => "Infinity",
                    f64::NEG_INFINITY => "-Infinity",
                    _ => "NaN",
                };
                Value::Number(Number::from_string_unchecked(word.to_owned()))
            }
            _ => return Err(Thrown::validation(messages::not_finite(place.message()))),
        },
        DataType::String => match zval.str() {
            Some(text) => Value::String(text.to_owned()),
            None => return Err(Thrown::not_utf8(place.message())),
        },
        DataType::Array => match zval.array() {
            Some(table) => array(table, place)?,
            None => Value::Null,
        },
        DataType::Object(_) => match zval.handle() {
            Some(found) => object(found, place)?,
            None => Value::Null,
        },
        _ => return Err(refused(&type_name(zval), place)),
    })
}

/// A float as PHP's `json_encode` writes it: whole ones without a point.
fn float(number: f64) -> Number {
    match whole(number) {
        Some(number) => number.into(),
        None => Number::from_f64(number).unwrap_or_else(|| Number::from(0)),
    }
}

/// The integer that a float is written as.
pub(crate) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

/// A list, or an object where the keys are not 0, 1, 2, ...
fn array(table: &ZendHashTable, place: &Place<'_>) -> Result<Value, Thrown> {
    if is_list(table) {
        let items = crate::zend::values(table).enumerate();
        return items.map(|(index, item)| convert(item, &place.item(index))).collect();
    }
    fields(table, place).map(Value::Object)
}

fn fields(table: &ZendHashTable, place: &Place<'_>) -> Result<Map<String, Value>, Thrown> {
    let mut map = Map::with_capacity(table.len());
    for (key, item) in pairs(table) {
        let name = match key {
            Key::Index(index) => index.to_string(),
            Key::Text(name) => name,
            Key::Bytes(_) => return Err(Thrown::not_utf8(messages::key_in(place.message()))),
        };
        let value = convert(item, &place.field(&name))?;
        map.insert(name, value);
    }
    Ok(map)
}

/// Classes whose string or properties do not represent them.
const REFUSED: &[&str] = &[
    "Closure",
    "DateInterval",
    "DatePeriod",
    "DateTimeZone",
    "SplFileInfo",
    "SplObjectStorage",
    "Throwable",
    "WeakMap",
    "WeakReference",
];

/// The engine's `ZEND_USER_CLASS`.
const USER_CLASS: u8 = 2;

fn object(object: Object<'_>, place: &Place<'_>) -> Result<Value, Thrown> {
    if let Some(class) = registry::of_object(object) {
        return model(class, object, place).map(Value::Object);
    }
    if let Some(money) = crate::money::of_object(object) {
        return Ok(money.into());
    }
    let refuse = || Err(refused(&type_name(&object_zval(object)), place));
    if is_a(object, "DateTimeInterface") {
        return convert(&call_method(object, "format", &mut [string_zval(ATOM)])?, place);
    }
    if is_a(object, "BackedEnum") {
        let class = class_named("BackedEnum").ok_or(Thrown::Pending)?;
        return convert(&get_property(object, class, "value"), place);
    }
    if is_a(object, "UnitEnum") || REFUSED.iter().any(|name| is_a(object, name)) {
        return refuse();
    }
    if is_a(object, "JsonSerializable") {
        let inner = call_method(object, "jsonSerialize", &mut [])?;
        let same = inner.handle().is_some_and(|inner| inner.as_ptr() == object.as_ptr());
        if !same {
            return convert(&inner, &place.inside());
        }
    }
    if is_a(object, "SimpleXMLElement") {
        return match call_method(object, "count", &mut [])?.long() {
            Some(0) => convert(&call_method(object, "__toString", &mut [])?, place),
            _ => refuse(),
        };
    }
    if is_a(object, "Traversable") {
        return traversable::value(object, place, convert);
    }
    if is_a(object, "GMP") {
        let digits = call_function("gmp_strval", &mut [object_zval(object)])?;
        let digits = digits.str().unwrap_or_default().to_owned();
        return Ok(Value::Number(Number::from_string_unchecked(digits)));
    }
    if is_a(object, "Stringable") {
        return convert(&call_method(object, "__toString", &mut [])?, place);
    }
    let is_plain = is_a(object, "stdClass");
    // SAFETY: an object has a class.
    let of_user =
        unsafe { object.ce.as_ref() }.is_some_and(|class| class.type_ as u8 == USER_CLASS);
    if !is_plain && !of_user {
        return refuse();
    }
    // The public properties, as json_encode writes them.
    let seen = call_function("get_object_vars", &mut [object_zval(object)])?;
    match seen.array() {
        Some(table) if is_plain || !table.is_empty() => fields(table, place).map(Value::Object),
        _ => {
            let kind = type_name(&object_zval(object));
            Err(Thrown::validation(messages::no_public_properties(place.message(), kind)))
        }
    }
}

/// The value of `DateTimeInterface::ATOM`.
pub(crate) const ATOM: &str = "Y-m-d\\TH:i:sP";

/// A model's set fields, and those that are to be emptied as null.
fn model(
    class: &ModelClass,
    object: Object<'_>,
    place: &Place<'_>,
) -> Result<Map<String, Value>, Thrown> {
    let mut map = Map::new();
    let container = registry::read_slot(object, CONTAINER);
    let values = container.array().map_or_else(|| Ok(Map::new()), |table| fields(table, place))?;
    for (name, value) in values {
        let is_map = class.model.field(&name).is_some_and(|f| matches!(f.kind, Kind::Map));
        let value = match value {
            Value::Null => continue,
            Value::Array(items) if is_map && items.is_empty() => Value::Object(Map::new()),
            value => value,
        };
        map.insert(name, value);
    }
    for name in registry::read_slot(object, NULLS).array().into_iter().flat_map(crate::zend::values)
    {
        if let Some(name) = String::from_zval(name) {
            map.insert(name, Value::Null);
        }
    }
    Ok(map)
}
