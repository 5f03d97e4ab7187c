//! A model as an array without JSON in between: its values are PHP's already.

use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};

use crate::convert::to_json::{DEEPEST, whole};
use crate::models::registry::{self, CONTAINER, NULLS, read_slot};
use crate::zend::{Array, AsObject, Name, Object, double, each_entry, is_list, long, values};

/// The set fields of a model, and those that are to be emptied as null. `None` where only the way
/// through JSON tells what a value becomes: other objects, and all that JSON refuses.
pub(crate) fn model(object: Object<'_>) -> Option<Zval> {
    of_model(object, 0)
}

fn of_model(object: Object<'_>, depth: usize) -> Option<Zval> {
    registry::of_object(object)?;
    let mut copied = match read_slot(object, CONTAINER).array() {
        Some(table) => fields(table, depth, |value| !value.is_null())?,
        None => Array::new(),
    };
    for name in read_slot(object, NULLS).array().into_iter().flat_map(values) {
        copied.set(name.dereference().str()?, Zval::null());
    }
    Some(copied.finish())
}

fn copy(value: &Zval, depth: usize) -> Option<Zval> {
    if depth > DEEPEST {
        return None;
    }
    Some(match value.get_type() {
        DataType::Null | DataType::Undef => Zval::null(),
        DataType::Bool | DataType::True | DataType::False | DataType::Long => value.shallow_clone(),
        DataType::Double => match value.double().filter(|number| number.is_finite())? {
            number if let Some(number) = whole(number) => long(number),
            number => double(number),
        },
        DataType::String => {
            value.zend_str().filter(|text| is_utf8(text)).map(|_| value.shallow_clone())?
        }
        DataType::Array => match value.array()? {
            table if is_list(table) => {
                let items = values(table).map(|item| copy(item.dereference(), depth + 1));
                items.collect::<Option<Array>>()?.finish()
            }
            table => fields(table, depth, |_| true)?.finish(),
        },
        DataType::Object(_) => of_model(value.handle()?, depth)?,
        _ => return None,
    })
}

/// Only UTF-8 can be written as JSON. Most strings are short and ASCII, which is found out sooner.
fn is_utf8(text: &ZendStr) -> bool {
    text.as_bytes().is_ascii() || text.as_str().is_ok()
}

/// The entries of a table whose value is wanted.
fn fields(table: &ZendHashTable, depth: usize, wanted: fn(&Zval) -> bool) -> Option<Array> {
    let mut copied = Array::with_capacity(table.len());
    each_entry(table, |key, value| {
        let value = value.dereference();
        if !wanted(value) {
            return Some(());
        }
        let value = copy(value, depth + 1)?;
        match key {
            Ok(index) => copied.set_named(Name::Index(index), value),
            Err(name) => {
                let may_be_number = name.as_bytes().first().is_none_or(|first| *first <= b'9');
                if !is_utf8(name) || may_be_number {
                    return None;
                }
                copied.add_shared(name, value);
            }
        }
        Some(())
    })?;
    Some(copied)
}
