//! The thin layer over the Zend engine that the rest of this crate stands on: classes
//! declared by PHP signatures, objects with a Rust value inside, and handlers that are
//! ordinary Rust functions. All `unsafe` of the engine's own conventions lives here.

mod call;
mod class;
mod gc;
mod guard;
mod handle;
pub(crate) mod iterator;
mod object;
mod pairs;
mod permanent;
mod signature;
mod thrown;
mod value;

pub(crate) use call::{Call, Done, handler};
pub(crate) use class::{Class, ClassRef};
pub(crate) use guard::guarded;
pub(crate) use handle::{AsObject, Object};
pub(crate) use object::{Payload, handlers_of, payload, payload_mut, payload_type};
pub(crate) use pairs::{Key, is_list, pairs, pairs_of, values};
pub(crate) use permanent::Permanent;
pub(crate) use thrown::{Thrown, is_exit, take_exception};
pub(crate) use value::{
    Array, Name, call_function, call_method, call_value, class_named, clone_object, find,
    get_property, interned, is_a, new_object, object_zval, put, set_property, static_property,
    string_zval, table_mut, text_of, type_name, update_static_property,
};
