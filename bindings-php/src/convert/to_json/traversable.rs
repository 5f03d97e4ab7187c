//! Objects that `foreach` iterates over, as their items: ArrayObject, collections of an ORM,
//! queues, generators.

use ext_php_rs::types::Zval;
use lomi::binding::messages;
use lomi::{Map, Value};

use super::place::{Place, refused};
use crate::zend::{
    AsObject, Object, Thrown, call_method, clone_object, is_a, object_zval, take_exception,
    type_name,
};

/// More than any body has; an endless iterator stops here.
const MOST: usize = 100_000;

/// Lists whose keys are not 0, 1, 2, ...
const LISTS: &[&str] = &["SplDoublyLinkedList", "SplHeap", "SplPriorityQueue"];

/// A list where the keys are 0, 1, 2, ..., else an object. `convert` converts one value.
pub(super) fn value(
    object: Object<'_>,
    place: &Place<'_>,
    convert: fn(&Zval, &Place<'_>) -> Result<Value, Thrown>,
) -> Result<Value, Thrown> {
    let is_list = LISTS.iter().any(|name| is_a(object, name));
    // Iterating over such a list may empty it, and the caller may use it again, so a copy is
    // iterated.
    let copy = if is_list { clone_object(object)? } else { object_zval(object) };
    let iterator = iterator(copy, place)?;
    let Some(iterator) = iterator.handle() else { return Ok(Value::Null) };
    rewind(iterator, place)?;
    let mut keys = Keys { is_list, sequential: true };
    let mut items: Vec<(String, Value)> = Vec::new();
    while call_method(iterator, "valid", &mut [])?.coerce_to_bool() {
        if items.len() >= MOST {
            return Err(Thrown::validation(messages::yields_too_many(place.message(), MOST)));
        }
        let name = keys.read(iterator, items.len(), place)?;
        let item = call_method(iterator, "current", &mut [])?;
        let inner = if keys.sequential { place.item(items.len()) } else { place.field(&name) };
        let item = convert(&item, &inner)?;
        items.push((name, item));
        call_method(iterator, "next", &mut [])?;
    }
    if items.is_empty() && !is_a(object, "Countable") && is_a(object, "Iterator") {
        let kind = type_name(&object_zval(object));
        return Err(Thrown::validation(messages::yields_nothing(place.message(), kind)));
    }
    if keys.sequential {
        return Ok(items.into_iter().map(|(_, item)| item).collect());
    }
    let mut fields = Map::new();
    for (name, item) in items {
        if fields.contains_key(&name) {
            return Err(Thrown::validation(messages::yields_twice(place.message(), name)));
        }
        fields.insert(name, item);
    }
    Ok(Value::Object(fields))
}

struct Keys {
    is_list: bool,
    /// So far the keys are 0, 1, 2, ...
    sequential: bool,
}

impl Keys {
    fn read(
        &mut self,
        iterator: Object<'_>,
        position: usize,
        place: &Place<'_>,
    ) -> Result<String, Thrown> {
        if self.is_list {
            return Ok(String::new());
        }
        let key = call_method(iterator, "key", &mut [])?;
        if let Some(number) = key.long() {
            self.sequential &= usize::try_from(number) == Ok(position);
            return Ok(number.to_string());
        }
        self.sequential = false;
        match (key.is_string(), key.str()) {
            (true, Some(name)) => Ok(name.to_owned()),
            (true, None) => Err(Thrown::not_utf8(messages::key_in(place.message()))),
            _ => Err(Thrown::validation(messages::yields_key(place.message(), type_name(&key)))),
        }
    }
}

/// The iterator of an object, as `foreach` finds it.
fn iterator(object: Zval, place: &Place<'_>) -> Result<Zval, Thrown> {
    let mut now = object;
    for _ in 0..16 {
        let Some(object) = now.handle() else { break };
        if is_a(object, "Iterator") {
            return Ok(now);
        }
        if !is_a(object, "IteratorAggregate") {
            break;
        }
        now = call_method(object, "getIterator", &mut [])?;
    }
    Err(refused(&type_name(&now), place))
}

/// A generator runs once. PHP's exception for a second run names no field, so it is replaced.
fn rewind(iterator: Object<'_>, place: &Place<'_>) -> Result<(), Thrown> {
    let thrown = match call_method(iterator, "rewind", &mut []) {
        Ok(_) => return Ok(()),
        Err(Thrown::Pending) => take_exception(),
        Err(other) => return Err(other),
    };
    let Some(thrown) = thrown else { return Err(Thrown::Pending) };
    if is_a(iterator, "Generator")
        && let Some(exception) = thrown.handle()
        && call_method(exception, "getMessage", &mut [])?
            .str()
            .is_some_and(|message| message.starts_with("Cannot rewind a generator"))
    {
        return Err(Thrown::validation(messages::generator_ran(place.message())));
    }
    Err(Thrown::Object(thrown))
}
