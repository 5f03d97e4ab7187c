//! A thin layer over the Zend engine, used by the rest of this crate: classes declared by PHP
//! signatures, objects with a Rust value inside, and handlers that are ordinary Rust functions.
//! The `unsafe` code for the engine's conventions is here.

mod array;
mod call;
mod class;
mod coerce;
mod gc;
mod guard;
mod handle;
mod instance;
mod invoke;
mod iterator;
mod late;
mod method;
mod object;
mod pairs;
mod payload;
mod permanent;
mod property;
mod raise;
mod signature;
mod thread_bound;
mod thrown;
mod trace;
mod value;

pub(crate) use array::{Array, Name, empty_array, find, put, table_mut};
pub(crate) use call::{Call, Done, handler};
pub(crate) use class::{Class, ClassRef, register_alias};
pub(crate) use coerce::{php_string, type_name};
pub(crate) use guard::guarded;
pub(crate) use handle::{AsObject, Object};
pub(crate) use instance::{class_named, clone_object, is_a, new_object, plain_object};
pub(crate) use invoke::{
    call_enabled, call_function, call_method, call_protected, call_value, is_overridden,
};
pub(crate) use iterator::array_iterator;
pub(crate) use late::{Wanted, after_request, declare, declare_late, is_declared};
pub(crate) use method::Method;
pub(crate) use object::{handlers_of, payload_type};
pub(crate) use pairs::{Key, each_entry, is_list, pairs, pairs_of, values};
pub(crate) use payload::{Payload, payload, payload_mut};
pub(crate) use permanent::PersistentArray;
pub(crate) use property::{get_property, set_property, static_property, update_static_property};
pub(crate) use raise::{caught, is_ending, is_exit, set_exception_maker, take_exception};
pub(crate) use signature::forget_declarations;
pub(crate) use thread_bound::ThreadBound;
pub(crate) use thrown::Thrown;
pub(crate) use trace::{hide_keys_in_traces, hide_keys_of};
pub(crate) use value::{
    boolean, bytes_zval, double, interned, interned_zval, long, object_zval, string_zval,
};
