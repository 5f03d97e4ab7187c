//! What the methods of every model do. Which model it is follows from the object.

use ext_php_rs::types::{ZendObject, Zval};
use lomi::Value;
use lomi::schema::{Kind, Model};

use crate::models::declare::{
    self, Accessor, CONTAINER, ModelClass, NULLS, ORIGINALS, read_slot, slot,
};
use crate::response::Facts;
use crate::zend::{
    Array, AsObject, Call, Done, Thrown, array_iterator, call_method, class_named, find,
    new_object, object_zval, payload, put, string_zval, table_mut, take_exception,
};

fn known(call: &mut Call<'_>) -> Result<&'static ModelClass, Thrown> {
    declare::of_object(call.handle()?).ok_or_else(|| Thrown::defect("the object is of no model"))
}

fn called(call: &Call<'_>) -> Result<&'static Model, Thrown> {
    call.called_class()
        .and_then(declare::of_class)
        .map(|known| known.model)
        .ok_or_else(|| Thrown::defect("the class is of no model"))
}

/// Values that are given are kept, names that are not known too; null is as good as
/// nothing, as documented.
pub(crate) fn construct(call: &mut Call<'_>) -> Done {
    let given = match call.argument(0) {
        Some(value) if value.is_null() => return Ok(()),
        None => return Ok(()),
        Some(value) if value.is_array() => value.shallow_clone(),
        Some(value) => return Err(call.wrong_type(0, "?array", value)),
    };
    let known = known(call)?;
    let mut container = Array::with_capacity(known.keys.len());
    for (key, value) in crate::zend::pairs_of(&given) {
        if value.dereference().is_null() {
            continue;
        }
        if let crate::zend::Key::Bytes(name) = &key {
            return Err(Thrown::not_utf8(&format!("the name of the field {name}")));
        }
        let name = key.to_string();
        let value = value.dereference().shallow_clone();
        match known.model.position(&name).and_then(|at| known.keys.get(at)) {
            Some(key) => container.set_interned(*key, value),
            None => container.set(&name, value),
        }
    }
    *slot(call.this()?, CONTAINER) = container.finish();
    Ok(())
}

/// Moments are given as `\DateTime`, as documented; what is no moment as it came.
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
    let accessor = call.about::<Accessor>()?;
    let this = call.handle()?;
    let value = match read_slot(this, CONTAINER).array().and_then(|t| find(t, accessor.key)) {
        Some(value) => shown(value, accessor.field.kind)?,
        None => Zval::null(),
    };
    call.give(value)
}

pub(crate) fn set(call: &mut Call<'_>) -> Done {
    let accessor = call.about::<Accessor>()?;
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

/// A new value replaces what was kept about the old one.
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
    let name = call.text(0)?;
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
    let name = call.text(0)?;
    let this = call.handle()?;
    let set = read_slot(this, CONTAINER)
        .array()
        .and_then(|table| table.get(name.as_str()))
        .is_some_and(|value| !value.dereference().is_null());
    call.give_bool(set)
}

pub(crate) fn offset_get(call: &mut Call<'_>) -> Done {
    let name = call.text(0)?;
    let known = known(call)?;
    let kind = known.model.field(&name).map_or(Kind::Text, |field| field.kind);
    let this = call.handle()?;
    let value = match read_slot(this, CONTAINER).array().and_then(|t| t.get(name.as_str())) {
        Some(value) => shown(value.dereference(), kind)?,
        None => Zval::null(),
    };
    call.give(value)
}

pub(crate) fn offset_set(call: &mut Call<'_>) -> Done {
    let value = call.required(1)?.shallow_clone();
    let name = call.optional_text(0)?;
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
    let name = call.text(0)?;
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

fn json(call: &mut Call<'_>) -> Result<Value, Thrown> {
    let this = object_zval(call.handle()?);
    crate::convert::to_json::value("the model", &this)
}

/// The set fields as a plain object, as documented.
pub(crate) fn json_serialize(call: &mut Call<'_>) -> Done {
    let value = json(call)?;
    let value = crate::convert::from_json::object(&value)?;
    call.give(value)
}

pub(crate) fn to_array(call: &mut Call<'_>) -> Done {
    let value = json(call)?;
    let value = crate::convert::from_json::array(&value);
    call.give(value)
}

pub(crate) fn pretty(call: &mut Call<'_>) -> Done {
    let text = format!("{:#}", json(call)?);
    // PHP indents by four.
    let text: Vec<String> = text
        .lines()
        .map(|line| {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            format!("{}{}", " ".repeat(spaces), line)
        })
        .collect();
    call.give_text(&text.join("\n"))
}

pub(crate) fn compact(call: &mut Call<'_>) -> Done {
    let text = json(call)?.to_string();
    call.give_text(&text)
}

/// A value as the server sent it, where it was read as something else.
pub(crate) fn original(call: &mut Call<'_>) -> Done {
    let name = call.text(0)?;
    let this = call.handle()?;
    let kept = read_slot(this, ORIGINALS).array().and_then(|table| table.get(name.as_str()));
    let plain = || read_slot(this, CONTAINER).array().and_then(|table| table.get(name.as_str()));
    let value = kept.or_else(plain).map_or_else(Zval::null, |v| v.dereference().shallow_clone());
    call.give(value)
}

pub(crate) fn last_response(call: &mut Call<'_>) -> Done {
    let facts = payload::<Facts>(call.handle()?).cloned().unwrap_or_default();
    let object = crate::response::object(&facts)?;
    call.give(object)
}

/// The session itself: what create gives is one, or an invoice to pay first.
pub(crate) fn session(call: &mut Call<'_>) -> Done {
    call.give_this()
}

/// There is no session: throws, with the invoice.
pub(crate) fn payment_required(call: &mut Call<'_>) -> Done {
    let fields = match json(call)? {
        Value::Object(fields) => fields,
        _ => lomi::Map::new(),
    };
    let model = Box::new(lomi::FromObject::from_object(fields));
    let Err(mut error) = lomi::Created::<()>::PaymentRequired(model).done() else { return Ok(()) };
    let this = call.handle()?;
    if let Some(facts) = payload::<Facts>(this) {
        facts.describe(&mut error);
    }
    let exception = crate::errors::classes::payment_required(&error, object_zval(this))?;
    Err(Thrown::Object(exception))
}

/// Makes what `var_export` wrote.
pub(crate) fn set_state(call: &mut Call<'_>) -> Done {
    let state = call.required(0)?.shallow_clone();
    let class = call.called_class().ok_or_else(|| Thrown::defect("there is no class"))?;
    let mut value = new_object(class)?;
    if let (Some(state), Some(object)) = (state.array(), value.object_mut()) {
        let places = ["container", "originals", "openAPINullablesSetToNull"];
        for (place, name) in places.into_iter().enumerate() {
            if let Some(part) = state.get(name).filter(|part| part.is_array()) {
                *slot(object, place) = part.shallow_clone();
            }
        }
    }
    call.give(value)
}

pub(crate) fn model_name(call: &mut Call<'_>) -> Done {
    let name = known(call)?.model.names.php;
    call.give_text(name)
}

fn by_field(call: &mut Call<'_>, value: impl Fn(&lomi::schema::Field) -> Zval) -> Done {
    let model = called(call)?;
    let mut array = Array::with_capacity(model.fields.len());
    for field in model.fields {
        array.set(field.name, value(field));
    }
    call.give(array.finish())
}

pub(crate) fn open_api_types(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(&declare::documented_type(field.kind)))
}

pub(crate) fn open_api_formats(call: &mut Call<'_>) -> Done {
    by_field(call, |field| {
        declare::documented_format(field.kind).map_or_else(Zval::null, string_zval)
    })
}

pub(crate) fn attribute_map(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(field.name))
}

pub(crate) fn setters(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(&format!("set{}", declare::studly(field.name))))
}

pub(crate) fn getters(call: &mut Call<'_>) -> Done {
    by_field(call, |field| string_zval(&format!("get{}", declare::studly(field.name))))
}

/// No field was documented as nullable.
pub(crate) fn is_nullable(call: &mut Call<'_>) -> Done {
    call.required(0)?;
    call.give_bool(false)
}

pub(crate) fn is_nullable_set_to_null(call: &mut Call<'_>) -> Done {
    let name = call.text(0)?;
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
