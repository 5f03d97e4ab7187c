//! `LomiSDK\FormDataProcessor`, as documented. No operation sends a form; the class exists for
//! code that uses it.

use ext_php_rs::types::Zval;
use lomi::binding::messages;

use crate::zend::{Array, Call, Class, ClassRef, Done, Thrown, handler, set_property, string_zval};

static PROCESSOR: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    let mut no = Zval::new();
    no.set_bool(false);
    Class::new("LomiSDK\\FormDataProcessor")
        .public("has_file", no)
        .method("prepare(array $values): array", handler(prepare))
        .method("static flatten(array $source, string $start = ''): array", handler(flatten))
        .register(&PROCESSOR)
}

fn prepare(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?.shallow_clone();
    let table = given.array().ok_or_else(|| call.wrong_type(0, "array", &given))?;
    let mut has_file = false;
    let mut fields = Array::new();
    for (name, value) in crate::zend::pairs(table) {
        let value = value.dereference();
        if value.is_null() {
            continue;
        }
        has_file |= value.is_resource();
        fields.set(&name.to_string(), processed(value)?);
    }
    let class = PROCESSOR.get().ok_or_else(|| Thrown::defect("there is no FormDataProcessor"))?;
    let mut flag = Zval::new();
    flag.set_bool(has_file);
    set_property(call.this()?, class, "has_file", flag);
    call.give(fields.finish())
}

fn processed(value: &Zval) -> Result<Zval, Thrown> {
    if value.is_object() {
        return Ok(crate::convert::from_json::array(&crate::convert::to_json::value(
            messages::the_value(),
            value,
        )?));
    }
    Ok(value.shallow_clone())
}

/// Nested names as `a[b][c]`.
fn flatten(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?.shallow_clone();
    let start = call.optional_string(1)?.unwrap_or_default();
    let mut flat = Array::new();
    flatten_into(&mut flat, &given, &start)?;
    call.give(flat.finish())
}

fn flatten_into(flat: &mut Array, source: &Zval, start: &str) -> Result<(), Thrown> {
    for (name, value) in crate::zend::pairs_of(source) {
        let value = value.dereference();
        let name = if start.is_empty() { name.to_string() } else { format!("{start}[{name}]") };
        if value.array().is_some_and(|table| !table.is_empty()) {
            flatten_into(flat, value, &name)?;
        } else if value.is_bool() {
            flat.set(&name, string_zval(if value.is_true() { "true" } else { "false" }));
        } else if !value.is_array() {
            flat.set(&name, value.shallow_clone());
        }
    }
    Ok(())
}
