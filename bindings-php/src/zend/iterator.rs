//! PHP's own iterators, for the objects of ours that can be walked through.

use ext_php_rs::types::Zval;

use crate::zend::AsObject;
use crate::zend::{Thrown, call_method, class_named, new_object};

/// An `\ArrayIterator` over an array.
pub(crate) fn over_array(values: Zval) -> Result<Zval, Thrown> {
    let class =
        class_named("ArrayIterator").ok_or_else(|| Thrown::defect("there is no ArrayIterator"))?;
    let iterator = new_object(class)?;
    if let Some(object) = iterator.handle() {
        call_method(object, "__construct", &mut [values])?;
    }
    Ok(iterator)
}
