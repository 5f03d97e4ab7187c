//! The values of options, with errors that name the option.

use ext_php_rs::types::Zval;
use lomi::binding::{Argument, messages};
use lomi::{Limits, Message};

use crate::zend::{Key, Thrown, pairs, php_string, type_name};

/// A string, a whole number or an object that converts itself. PHP makes a string of a bool too,
/// but every order with the idempotency key `"1"` would share one payment.
pub(crate) fn string(name: impl Argument + Copy, value: &Zval) -> Result<String, Thrown> {
    if value.is_bool() || value.is_double() {
        return Err(not_a_string(name, value));
    }
    text(name, value)
}

/// The same for an idempotency key, which is no number: 0 stands for an id that is missing.
pub(crate) fn idempotency_key(name: &str, value: &Zval) -> Result<String, Thrown> {
    if value.is_long() { Err(not_a_string(name, value)) } else { string(name, value) }
}

/// The value of a header, which may be any number.
fn header_value(name: impl Argument + Copy, value: &Zval) -> Result<String, Thrown> {
    if value.is_bool() { Err(not_a_string(name, value)) } else { text(name, value) }
}

fn text(name: impl Argument + Copy, value: &Zval) -> Result<String, Thrown> {
    php_string(name, value)?.ok_or_else(|| not_a_string(name, value))
}

fn not_a_string(name: impl Argument, value: &Zval) -> Thrown {
    Thrown::validation(messages::not_a_string(name, type_name(value)))
}

pub(crate) fn seconds(name: &str, value: &Zval) -> Result<std::time::Duration, Thrown> {
    let number = match (value.long(), value.double()) {
        (Some(whole), _) => whole as f64,
        (_, Some(number)) => number,
        _ => {
            return Err(Thrown::validation(messages::not_seconds(name, type_name(value))));
        }
    };
    Ok(lomi::binding::seconds(name, number)?)
}

pub(crate) fn retries(name: &str, value: &Zval) -> Result<u32, Thrown> {
    value
        .long()
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| Thrown::validation(messages::not_a_count(name, given(value))))
}

pub(crate) fn bytes(name: &str, value: &Zval) -> Result<u64, Thrown> {
    value
        .long()
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| Thrown::validation(messages::not_whole_above_zero(name, given(value))))
}

pub(crate) fn flag(name: &str, value: &Zval) -> Result<bool, Thrown> {
    value.bool().ok_or_else(|| Thrown::configuration(messages::not_a_flag(name, type_name(value))))
}

/// Headers, of the option `option`.
pub(crate) fn headers(option: &str, value: &Zval) -> Result<Vec<(String, String)>, Thrown> {
    let table =
        value.array().ok_or_else(|| Thrown::validation(not_names_and_values(option, value)))?;
    let mut headers = Vec::new();
    for (name, value) in pairs(table) {
        if let Key::Bytes(name) = &name {
            return Err(Thrown::not_utf8(messages::name_of_this_header(name)));
        }
        let name = name.to_string();
        let header = messages::the_header(&name);
        let value = value.dereference();
        match value.array() {
            Some(values) => {
                for value in crate::zend::values(values) {
                    headers.push((name.clone(), header_value(&header, value)?));
                }
            }
            None => {
                let value = header_value(&header, value)?;
                headers.push((name, value));
            }
        }
    }
    Ok(headers)
}

pub(crate) fn connections(name: &str, value: &Zval) -> Result<u32, Thrown> {
    value
        .long()
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| Thrown::configuration(messages::not_whole_above_zero(name, given(value))))
}

/// A list of paths.
pub(crate) fn paths(name: &str, value: &Zval) -> Result<Vec<String>, Thrown> {
    let table = value
        .array()
        .ok_or_else(|| Thrown::configuration(messages::not_paths(name, type_name(value))))?;
    crate::zend::values(table).map(|path| string(name, path.dereference())).collect()
}

/// A list of ids.
pub(crate) fn ids(name: &str, value: &Zval) -> Result<Vec<String>, Thrown> {
    let table = value
        .array()
        .ok_or_else(|| Thrown::validation(messages::not_ids(name, type_name(value))))?;
    crate::zend::values(table).map(|id| string(&messages::id_in(name), id.dereference())).collect()
}

/// Limits on a response. A limit that is missing or null keeps its default.
pub(crate) fn limits(value: &Zval) -> Result<Limits, Thrown> {
    let table = value.array().ok_or_else(|| {
        let example = "['body' => 1000000]";
        let array = messages::an_array();
        Thrown::configuration(messages::not_limits(array, example, type_name(value)))
    })?;
    let mut limits = Limits::default();
    for (name, value) in pairs(table) {
        let value = value.dereference();
        if value.is_null() {
            continue;
        }
        let name = name.to_string();
        let number = value.long().ok_or_else(|| {
            let name = format!("limits.{name}");
            Thrown::configuration(messages::not_whole_above_zero(name, given(value)))
        })?;
        limits.set(&name, u64::try_from(number).unwrap_or_default())?;
    }
    Ok(limits)
}

/// The sentence about an option that must be an array with names.
pub(crate) fn not_names_and_values(name: impl Argument, value: &Zval) -> Message {
    messages::not_names_and_values(name, messages::an_array(), type_name(value))
}

/// A number as it is written, or the type of what is none.
pub(crate) fn given(value: &Zval) -> String {
    let number = value.long().map(|number| number.to_string());
    number.or_else(|| Some(value.double()?.to_string())).unwrap_or_else(|| type_name(value))
}
