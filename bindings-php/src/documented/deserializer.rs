//! `ObjectSerializer::deserialize`: JSON as an object of a class.

use ext_php_rs::types::Zval;
use lomi::binding::Decoded;
use lomi::binding::messages;
use lomi::binding::table::Model;
use lomi::{Response, Value};

use crate::convert::decode::PhpSink;
use crate::models::registry;
use crate::zend::{
    Array, AsObject, Call, Done, Thrown, call_method, class_named, new_object, string_zval,
    take_exception,
};

/// Reads JSON, or what `json_decode` made of it, as a class. What is not an object of the
/// model is an error, never an empty model.
pub(super) fn deserialize(call: &mut Call<'_>) -> Done {
    let class = call.string(1)?;
    let data = call.required(0)?;
    if data.is_null() {
        return Ok(());
    }
    // A string is decoded directly, so that numbers keep every digit.
    if let (Some(text), Some(model)) = (data.str(), model_named(&class))
        && !is_list(model)
    {
        let value = from_json(text.to_owned(), model)?;
        return call.give(value);
    }
    let json = match data.str() {
        // For a model a string is JSON; for a string it is the value.
        Some(text) => match scalar(&class) {
            true => crate::convert::to_json::value(messages::the_value(), data)?,
            false => text.parse().map_err(|_| {
                lomi::Error::new(lomi::ErrorKind::UnexpectedResponse, messages::data_not_json())
            })?,
        },
        None => crate::convert::to_json::value(messages::the_value(), data)?,
    };
    let value = read(&json, class.trim())?;
    call.give(value)
}

fn scalar(class: &str) -> bool {
    matches!(class, "string" | "int" | "integer" | "float" | "bool" | "boolean" | "mixed")
        || class.trim_start_matches('\\').starts_with("DateTime")
}

fn read(json: &Value, class: &str) -> Result<Zval, Thrown> {
    let mismatch = || {
        Thrown::from(lomi::Error::new(
            lomi::ErrorKind::UnexpectedResponse,
            messages::data_not_of(class),
        ))
    };
    if json.is_null() {
        return Ok(Zval::null());
    }
    if let Some(inner) = class.strip_suffix("[]") {
        let items = json.as_array().ok_or_else(mismatch)?;
        let items: Result<Vec<Zval>, Thrown> = items.iter().map(|item| read(item, inner)).collect();
        return Ok(items?.into_iter().collect::<Array>().finish());
    }
    let inner = class.strip_prefix("array<").or_else(|| class.strip_prefix("map["));
    if let Some(inner) = inner {
        let inner = inner.trim_end_matches(['>', ']']);
        let inner = inner.rsplit(',').next().unwrap_or(inner).trim();
        let mut array = Array::new();
        for (name, value) in json.as_object().ok_or_else(mismatch)? {
            array.set(name, read(value, inner)?);
        }
        return Ok(array.finish());
    }
    if let Some(model) = model_named(class) {
        return read_model(json, model);
    }
    match class.trim_start_matches('\\') {
        "DateTime" => {
            let text = json.as_str().ok_or_else(mismatch)?;
            moment(text).ok_or_else(mismatch)
        }
        "object" | "array" | "mixed" => Ok(crate::convert::from_json::array(json)),
        "string" if json.is_object() || json.is_array() => Err(mismatch()),
        "string" => Ok(string_zval(json.as_str().unwrap_or(&json.to_string()))),
        "int" | "integer" | "float" | "bool" | "boolean" => {
            Ok(crate::convert::from_json::array(json))
        }
        _ => Err(mismatch()),
    }
}

fn moment(text: &str) -> Option<Zval> {
    let moment = new_object(class_named("DateTime")?).ok()?;
    let made = call_method(moment.handle()?, "__construct", &mut [string_zval(text)]);
    if made.is_err() {
        drop(take_exception());
        return None;
    }
    Some(moment)
}

fn model_named(class: &str) -> Option<&'static Model> {
    let name = class.trim().trim_start_matches('\\');
    let name = name.strip_prefix("LomiSDK\\Model\\").unwrap_or(name);
    registry::all().iter().map(|class| class.model).find(|model| model.names.php == name)
}

fn is_list(model: &'static Model) -> bool {
    crate::table::LISTS.iter().any(|list| std::ptr::eq(*list, model))
}

/// One object of a model, or a page of them.
fn read_model(json: &Value, model: &'static Model) -> Result<Zval, Thrown> {
    if is_list(model)
        && let Some(fields) = json.as_object()
    {
        let mut values = Array::new();
        for field in model.fields {
            let inner = match field.kind {
                lomi::binding::table::Kind::Models(inner) => format!("{}[]", inner.names.php),
                lomi::binding::table::Kind::Model(inner) => inner.names.php.to_owned(),
                _ => continue,
            };
            if let Some(value) = fields.get(field.name) {
                values.set(field.name, read(value, &inner)?);
            }
        }
        let built =
            registry::of_model(model).and_then(|class| registry::build(class, values, None));
        return built.ok_or_else(|| Thrown::defect("a page cannot be made"));
    }
    from_json(json.to_string(), model)
}

fn from_json(text: String, model: &'static Model) -> Result<Zval, Thrown> {
    match Response::from_json(text, model)?.decode(&mut PhpSink::documented())? {
        Decoded::One(value) => Ok(value),
        _ => Ok(Zval::null()),
    }
}
