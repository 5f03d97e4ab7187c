//! Responses as PHP values: models, arrays and plain objects for the rest, numbers with every
//! digit (int where it fits, else a string).

use std::convert::identity;

use ext_php_rs::ffi::zend_string;
use ext_php_rs::types::Zval;
use lomi::Response;
use lomi::binding::table::Model;
use lomi::binding::{Decoded, Key, Sink};

use crate::models::registry::{self, ModelClass};
use crate::zend::{Array, Name, Thrown, guarded, plain_object, string_zval};

/// Builds PHP values.
pub(crate) struct PhpSink {
    /// Objects inside objects become `stdClass`, as in the documented classes; else
    /// everything is an array.
    nested_objects: bool,
    /// Depth of nesting in objects without a model.
    depth: u32,
    /// Position in the model of the field whose value is read next.
    field: usize,
    /// The strings of the previous row, by field; empty where there are no rows.
    previous: Vec<Zval>,
}

/// Values that belong to no field of a model.
const NO_FIELD: usize = usize::MAX;

impl PhpSink {
    /// For `LomiClient`: values without a model are arrays at every depth.
    pub(crate) fn arrays() -> Self {
        Self { nested_objects: false, depth: 0, field: NO_FIELD, previous: Vec::new() }
    }

    /// For the documented classes: nested objects are `stdClass`.
    pub(crate) fn documented() -> Self {
        Self { nested_objects: true, ..Self::arrays() }
    }

    /// For the rows of a page: a string that is equal in the previous row is stored once.
    pub(crate) fn rows(self) -> Self {
        let longest = registry::all().iter().map(|class| class.model.fields.len()).max();
        let previous = std::iter::repeat_with(Zval::new).take(longest.unwrap_or_default());
        Self { previous: previous.collect(), ..self }
    }
}

/// The values of a response. Where they exceed `memory_limit`, PHP ends the script after the Rust
/// frames have returned.
pub(crate) fn decode(response: &Response, sink: &mut PhpSink) -> Result<Decoded<Zval>, Thrown> {
    guarded(|| response.catch_panic(|response| response.decode(sink)))
        .and_then(identity)
        .map_err(|thrown| thrown.after(response))
}

/// An object being filled.
pub(crate) struct ObjectBuilder {
    model: Option<&'static ModelClass>,
    /// The names of the model's fields.
    keys: &'static [*mut zend_string],
    values: Array,
    key: NextKey,
    originals: Option<Zval>,
}

enum NextKey {
    /// A field of the model.
    Field(*mut zend_string),
    Other(Name),
    Originals,
}

impl Sink for PhpSink {
    type Value = Zval;
    type List = Array;
    type Object = ObjectBuilder;
    type Error = Thrown;

    fn null(&mut self) -> Result<Zval, Thrown> {
        Ok(Zval::null())
    }

    fn boolean(&mut self, value: bool) -> Result<Zval, Thrown> {
        let mut zval = Zval::new();
        zval.set_bool(value);
        Ok(zval)
    }

    fn integer(&mut self, value: i64) -> Result<Zval, Thrown> {
        let mut zval = Zval::new();
        zval.set_long(value);
        Ok(zval)
    }

    fn number(&mut self, digits: &str) -> Result<Zval, Thrown> {
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() && (!whole || digits == "-0") => {
                let mut zval = Zval::new();
                zval.set_double(number);
                Ok(zval)
            }
            _ => Ok(string_zval(digits)),
        }
    }

    fn text(&mut self, text: &str) -> Result<Zval, Thrown> {
        match self.previous.get_mut(std::mem::replace(&mut self.field, NO_FIELD)) {
            None => Ok(string_zval(text)),
            Some(previous) => {
                if previous.zend_str().is_none_or(|class| class.as_bytes() != text.as_bytes()) {
                    *previous = string_zval(text);
                }
                Ok(previous.shallow_clone())
            }
        }
    }

    fn begin_list(&mut self) -> Result<Array, Thrown> {
        self.field = NO_FIELD;
        Ok(Array::new())
    }

    fn before_item(&mut self, _: &mut Array) -> Result<(), Thrown> {
        Ok(())
    }

    fn item(&mut self, list: &mut Array, value: Zval) -> Result<(), Thrown> {
        list.push(value);
        Ok(())
    }

    fn end_list(&mut self, list: Array) -> Result<Zval, Thrown> {
        Ok(list.finish())
    }

    fn begin_object(&mut self, model: Option<&'static Model>) -> Result<ObjectBuilder, Thrown> {
        let model = model.and_then(registry::of_model);
        if model.is_none() {
            self.depth += 1;
        }
        let keys = model.map_or(&[][..], ModelClass::keys);
        let values = Array::with_capacity(keys.len());
        Ok(ObjectBuilder { model, keys, values, key: NextKey::Originals, originals: None })
    }

    #[inline]
    fn key(&mut self, object: &mut ObjectBuilder, key: Key<'_>) -> Result<(), Thrown> {
        self.field = NO_FIELD;
        object.key = match key {
            Key::Field(position, field) => {
                self.field = position;
                match object.keys.get(position) {
                    Some(key) => NextKey::Field(*key),
                    None => NextKey::Other(Name::new(field.name)),
                }
            }
            Key::Extra(name) => NextKey::Other(Name::new(name)),
            Key::Originals => NextKey::Originals,
        };
        Ok(())
    }

    fn value(&mut self, object: &mut ObjectBuilder, value: Zval) -> Result<(), Thrown> {
        if let NextKey::Field(key) = object.key {
            object.values.set_interned(key, value);
            return Ok(());
        }
        match std::mem::replace(&mut object.key, NextKey::Originals) {
            NextKey::Other(name) => object.values.set_named(name, value),
            NextKey::Originals => object.originals = Some(value),
            NextKey::Field(_) => {}
        }
        Ok(())
    }

    fn end_object(&mut self, object: ObjectBuilder) -> Result<Zval, Thrown> {
        if let Some(class) = object.model {
            return registry::build(class, object.values, object.originals)
                .ok_or_else(|| Thrown::defect("an object of a model cannot be made"));
        }
        self.depth -= 1;
        if self.nested_objects && self.depth > 0 {
            return plain_object(object.values);
        }
        Ok(object.values.finish())
    }
}

/// The value of a response; null where it has none.
pub(crate) fn one(response: &Response) -> Result<Zval, Thrown> {
    Ok(match decode(response, &mut PhpSink::arrays())? {
        Decoded::One(value) => value,
        _ => Zval::null(),
    })
}
