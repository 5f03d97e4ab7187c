//! PHP's own iterator, for our classes that implement IteratorAggregate.

use ext_php_rs::types::Zval;

use super::handle::AsObject;
use super::instance::{class_named, new_object};
use super::invoke::call_method;
use super::thrown::Thrown;

/// An `\ArrayIterator` over an array.
pub(crate) fn array_iterator(values: Zval) -> Result<Zval, Thrown> {
    let class =
        class_named("ArrayIterator").ok_or_else(|| Thrown::defect("there is no ArrayIterator"))?;
    let iterator = new_object(class)?;
    if let Some(object) = iterator.handle() {
        call_method(object, "__construct", &mut [values])?;
    }
    Ok(iterator)
}
