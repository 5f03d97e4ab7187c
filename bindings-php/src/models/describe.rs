//! The methods with which a model describes itself, as documented: names, types, getters.

use ext_php_rs::types::Zval;
use lomi::binding::{table::Kind, table::Model};

use crate::models::registry::{self, NULLS, read_slot};
use crate::zend::{Array, Call, Done, Thrown, string_zval};

fn called(call: &Call<'_>) -> Result<&'static Model, Thrown> {
    call.called_class()
        .and_then(registry::of_class)
        .map(|class| class.model)
        .ok_or_else(|| Thrown::defect("the class is of no model"))
}

pub(crate) fn model_name(call: &mut Call<'_>) -> Done {
    let name = registry::of_object(call.handle()?)
        .ok_or_else(|| Thrown::defect("the object is of no model"))?
        .model
        .names
        .php;
    call.give_string(name)
}

fn by_field(call: &mut Call<'_>, value: impl Fn(&lomi::binding::table::Field) -> Zval) -> Done {
    let model = called(call)?;
    let mut array = Array::with_capacity(model.fields.len());
    for field in model.fields {
        array.set(field.name, value(field));
    }
    call.give(array.finish())
}

pub(crate) fn open_api_types(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(&documented_type(field.kind)))
}

pub(crate) fn open_api_formats(call: &mut Call<'_>) -> Done {
    by_field(call, |field| documented_format(field.kind).map_or_else(Zval::null, string_zval))
}

pub(crate) fn attribute_map(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(field.name))
}

pub(crate) fn setters(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(&format!("set{}", studly(field.name))))
}

pub(crate) fn getters(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(&format!("get{}", studly(field.name))))
}

/// No field was documented as nullable.
pub(crate) fn is_nullable(call: &mut Call<'_>) -> Done {
    call.required(0)?;
    call.give_bool(false)
}

pub(crate) fn is_nullable_set_to_null(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let nulls = read_slot(call.handle()?, NULLS);
    let set = nulls.array().is_some_and(|table| {
        crate::zend::values(table).any(|value| value.str() == Some(name.as_str()))
    });
    call.give_bool(set)
}

/// Nothing is required of a model: the server says what it needs.
pub(crate) fn list_invalid_properties(call: &mut Call<'_>) -> Done {
    call.give(Array::new().finish())
}

pub(crate) fn valid(call: &mut Call<'_>) -> Done {
    call.give_bool(true)
}

/// `customer_email` to `CustomerEmail`.
pub(crate) fn studly(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

/// The documented type of a field.
pub(crate) fn documented_type(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Uuid | Kind::Enum(_) => "string".into(),
        Kind::Time => "\\DateTime".into(),
        Kind::Boolean => "bool".into(),
        Kind::Integer => "int".into(),
        Kind::Number => "float".into(),
        Kind::Map | Kind::OneOf(_) => "object".into(),
        Kind::Maps => "object[]".into(),
        Kind::Words => "string[]".into(),
        Kind::Model(model) => format!("\\LomiSDK\\Model\\{}", model.names.php),
        Kind::Models(model) => format!("\\LomiSDK\\Model\\{}[]", model.names.php),
    }
}

/// The documented format of a field.
pub(crate) fn documented_format(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Uuid => Some("uuid"),
        Kind::Time => Some("date-time"),
        _ => None,
    }
}
