//! The values of options, with errors that name the option.

use ext_php_rs::types::Zval;
use lomi::Limits;

use crate::zend::{Key, Thrown, pairs, php_string, type_name};

pub(crate) fn string(name: &str, value: &Zval) -> Result<String, Thrown> {
    php_string(&format!("the option {name}"), value)?.ok_or_else(|| {
        let given = type_name(value);
        Thrown::validation(format!("the option {name} must be a string, not {given}"))
    })
}

pub(crate) fn seconds(name: &str, value: &Zval) -> Result<std::time::Duration, Thrown> {
    let number = match (value.long(), value.double()) {
        (Some(whole), _) => whole as f64,
        (_, Some(number)) => number,
        _ => {
            return Err(Thrown::validation(format!(
                "{name} must be a number of seconds above 0, not {}",
                type_name(value)
            )));
        }
    };
    Ok(lomi::binding::seconds(name, number)?)
}

pub(crate) fn retries(value: &Zval) -> Result<u32, Thrown> {
    value
        .long()
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| Thrown::validation("max_retries must be 0 or more"))
}

pub(crate) fn bytes(name: &str, value: &Zval) -> Result<u64, Thrown> {
    value
        .long()
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| Thrown::validation(format!("{name} must be a whole number above 0")))
}

pub(crate) fn flag(name: &str, value: &Zval) -> Result<bool, Thrown> {
    value.bool().ok_or_else(|| Thrown::configuration(format!("{name} must be true or false")))
}

/// Headers, of the option `option`.
pub(crate) fn headers(option: &str, value: &Zval) -> Result<Vec<(String, String)>, Thrown> {
    let table = value.array().ok_or_else(|| {
        Thrown::validation(format!(
            "{option} must be an array of name and value, not {}",
            type_name(value)
        ))
    })?;
    let mut headers = Vec::new();
    for (name, value) in pairs(table) {
        if let Key::Bytes(name) = &name {
            return Err(Thrown::not_utf8(&format!("the name of the header {name}")));
        }
        let name = name.to_string();
        let value = value.dereference();
        match value.array() {
            Some(values) => {
                for value in crate::zend::values(values) {
                    headers.push((name.clone(), string(&name, value)?));
                }
            }
            None => headers.push((name.clone(), string(&name, value)?)),
        }
    }
    Ok(headers)
}

pub(crate) fn connections(value: &Zval) -> Result<u32, Thrown> {
    value
        .long()
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| Thrown::configuration("max_connections must be a whole number above 0"))
}

/// A list of paths.
pub(crate) fn paths(name: &str, value: &Zval) -> Result<Vec<String>, Thrown> {
    let table = value.array().ok_or_else(|| {
        let given = type_name(value);
        Thrown::configuration(format!("{name} must be an array of paths, not {given}"))
    })?;
    crate::zend::values(table).map(|path| string(name, path.dereference())).collect()
}

/// A list of ids.
pub(crate) fn ids(name: &str, value: &Zval) -> Result<Vec<String>, Thrown> {
    let table = value.array().ok_or_else(|| {
        Thrown::validation(format!("{name} must be an array of ids, not {}", type_name(value)))
    })?;
    crate::zend::values(table).map(|id| string(name, id.dereference())).collect()
}

/// Limits on a response. A limit that is missing or null keeps its default.
pub(crate) fn limits(value: &Zval) -> Result<Limits, Thrown> {
    let table = value.array().ok_or_else(|| {
        let given = type_name(value);
        Thrown::configuration(format!(
            "limits must be an array such as ['body' => 1000000], not {given}"
        ))
    })?;
    let mut limits = Limits::default();
    for (name, value) in pairs(table) {
        let value = value.dereference();
        if value.is_null() {
            continue;
        }
        let name = name.to_string();
        let number = value.long().ok_or_else(|| {
            let given = type_name(value);
            Thrown::configuration(format!("limits: {name} must be a whole number, not {given}"))
        })?;
        limits.set(&name, u64::try_from(number).unwrap_or_default())?;
    }
    Ok(limits)
}
