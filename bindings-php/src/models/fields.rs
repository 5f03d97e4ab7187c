//! Reading and setting a model's fields. The model follows from the object's class.

use ext_php_rs::types::{ZendObject, Zval};
use lomi::binding::messages;
use lomi::binding::table::Kind;

use crate::models::registry::{
    self, Accessor, CONTAINER, ModelClass, NULLS, ORIGINALS, read_slot, slot,
};
use crate::zend::{
    Array, AsObject, Call, Done, Thrown, array_iterator, call_method, class_named, find,
    new_object, put, string_zval, table_mut, take_exception,
};

fn model_class(call: &mut Call<'_>) -> Result<&'static ModelClass, Thrown> {
    registry::of_object(call.handle()?).ok_or_else(|| Thrown::defect("the object is of no model"))
}

/// Keeps the given values, unknown names too; null counts as missing, as documented.
pub(crate) fn construct(call: &mut Call<'_>) -> Done {
    let given = match call.argument(0) {
        Some(value) if value.is_null() => return Ok(()),
        None => return Ok(()),
        Some(value) if value.is_array() => value.shallow_clone(),
        Some(value) => return Err(call.wrong_type(0, "?array", value)),
    };
    let class = model_class(call)?;
    let mut container = Array::with_capacity(class.keys().len());
    for (key, value) in crate::zend::pairs_of(&given) {
        if value.dereference().is_null() {
            continue;
        }
        if let crate::zend::Key::Bytes(name) = &key {
            return Err(Thrown::not_utf8(messages::name_of_field(name)));
        }
        let name = key.to_string();
        let value = value.dereference().shallow_clone();
        match class.model.position(&name).and_then(|at| class.keys().get(at)) {
            Some(key) => container.set_interned(*key, value),
            None => container.set(&name, value),
        }
    }
    *slot(call.this()?, CONTAINER) = container.finish();
    Ok(())
}

/// Times are returned as `\DateTime`, as documented; a string that is no time is returned
/// unchanged.
fn shown(value: &Zval, kind: Kind) -> Result<Zval, Thrown> {
    if !matches!(kind, Kind::Time) || !value.is_string() {
        return Ok(value.shallow_clone());
    }
    let class = class_named("DateTime").ok_or_else(|| Thrown::defect("there is no DateTime"))?;
    let moment = new_object(class)?;
    let made = moment
        .handle()
        .map(|object| call_method(object, "__construct", &mut [value.shallow_clone()]));
    match made {
        Some(Ok(_)) => Ok(moment),
        _ => {
            drop(take_exception());
            Ok(value.shallow_clone())
        }
    }
}

pub(crate) fn get(call: &mut Call<'_>) -> Done {
    let accessor = call.attached::<Accessor>()?;
    let this = call.handle()?;
    let value = match read_slot(this, CONTAINER).array().and_then(|t| find(t, accessor.key)) {
        Some(value) => shown(value, accessor.field.kind)?,
        None => Zval::null(),
    };
    call.give(value)
}

pub(crate) fn set(call: &mut Call<'_>) -> Done {
    let accessor = call.attached::<Accessor>()?;
    let value = call.required(0)?.shallow_clone();
    if value.is_null() {
        let name = accessor.field.name;
        return Err(Thrown::invalid_argument(format!(
            "non-nullable {name} cannot be null; to send null, call setNull('{name}')"
        )));
    }
    let this = call.this()?;
    if let Some(table) = table_mut(slot(this, CONTAINER)) {
        put(table, accessor.key, value);
    }
    forget(this, accessor.field.name);
    call.give_this()
}

/// Drops the original value and the null marker of a field.
fn forget(this: &mut ZendObject, name: &str) {
    if let Some(table) = table_mut(slot(this, ORIGINALS)) {
        table.remove(name);
    }
    let nulls = slot(this, NULLS).dereference();
    let set_to_null = nulls
        .array()
        .is_some_and(|table| crate::zend::values(table).any(|value| value.str() == Some(name)));
    if set_to_null {
        let rest: Array = nulls
            .array()
            .into_iter()
            .flat_map(crate::zend::values)
            .filter(|value| value.str() != Some(name))
            .map(Zval::shallow_clone)
            .collect();
        *slot(this, NULLS) = rest.finish();
    }
}

/// Sends null for a field, which empties it.
pub(crate) fn set_null(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let this = call.this()?;
    forget(this, &name);
    if let Some(table) = table_mut(slot(this, CONTAINER)) {
        table.remove(name.as_str());
    }
    if let Some(table) = table_mut(slot(this, NULLS)) {
        table.push(string_zval(&name))?;
    }
    call.give_this()
}

pub(crate) fn offset_exists(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let this = call.handle()?;
    let set = read_slot(this, CONTAINER)
        .array()
        .and_then(|table| table.get(name.as_str()))
        .is_some_and(|value| !value.dereference().is_null());
    call.give_bool(set)
}

pub(crate) fn offset_get(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let class = model_class(call)?;
    let kind = class.model.field(&name).map_or(Kind::Text, |field| field.kind);
    let this = call.handle()?;
    let value = match read_slot(this, CONTAINER).array().and_then(|t| t.get(name.as_str())) {
        Some(value) => shown(value.dereference(), kind)?,
        None => Zval::null(),
    };
    call.give(value)
}

pub(crate) fn offset_set(call: &mut Call<'_>) -> Done {
    let value = call.required(1)?.shallow_clone();
    let name = call.optional_string(0)?;
    let this = call.this()?;
    let Some(table) = table_mut(slot(this, CONTAINER)) else { return Ok(()) };
    match name {
        Some(name) => {
            table.insert(name.as_str(), value)?;
            forget(this, &name);
        }
        None => table.push(value)?,
    }
    Ok(())
}

pub(crate) fn offset_unset(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let this = call.this()?;
    if let Some(table) = table_mut(slot(this, CONTAINER)) {
        table.remove(name.as_str());
    }
    forget(this, &name);
    Ok(())
}

pub(crate) fn count(call: &mut Call<'_>) -> Done {
    let count = read_slot(call.handle()?, CONTAINER).array().map_or(0, |table| table.len());
    call.give_long(i64::try_from(count).unwrap_or(i64::MAX))
}

pub(crate) fn get_iterator(call: &mut Call<'_>) -> Done {
    let values = read_slot(call.handle()?, CONTAINER).shallow_clone();
    let iterator = array_iterator(values)?;
    call.give(iterator)
}
