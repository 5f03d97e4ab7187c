//! A value as a string, and the name of its type, as PHP itself gives them.

use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use lomi::binding::Argument;

use super::handle::AsObject;
use super::invoke::call_method;
use super::thrown::Thrown;

/// A value as a string, as PHP converts it; nothing where PHP does not convert it. `what` names
/// the value in errors.
pub(crate) fn php_string(what: impl Argument, value: &Zval) -> Result<Option<String>, Thrown> {
    match value.get_type() {
        DataType::String => match value.str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(Thrown::not_utf8(what)),
        },
        DataType::Long => Ok(value.long().map(|number| number.to_string())),
        DataType::Double => Ok(value.double().map(|number| number.to_string())),
        DataType::Bool | DataType::True | DataType::False => {
            Ok(Some(if value.is_true() { "1" } else { "" }.to_owned()))
        }
        DataType::Object(_) => {
            let Some(object) = value.handle() else { return Ok(None) };
            // SAFETY: an object has a class.
            if unsafe { (*object.ce).__tostring.is_null() } {
                return Ok(None);
            }
            let text = call_method(object, "__toString", &mut [])?;
            match text.str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(Thrown::not_utf8(what)),
            }
        }
        _ => Ok(None),
    }
}

/// The name of a value's type, as PHP's own errors say it.
pub(crate) fn type_name(value: &Zval) -> String {
    match value.get_type() {
        DataType::Null | DataType::Undef => "null".into(),
        DataType::Bool | DataType::True | DataType::False => "bool".into(),
        DataType::Long => "int".into(),
        DataType::Double => "float".into(),
        DataType::String => "string".into(),
        DataType::Array => "array".into(),
        DataType::Object(_) => {
            let name = value.handle().and_then(|o| o.get_class_name().ok());
            // The name of an anonymous class contains the path of its file after a NUL.
            let name = name.as_deref().and_then(|name| name.split('\0').next());
            name.unwrap_or("object").to_owned()
        }
        _ => "resource".into(),
    }
}
