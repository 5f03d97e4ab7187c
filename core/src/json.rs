//! JSON: values, the parser, and the sinks with which languages build their values.

pub(crate) mod document;
mod sink;
mod surrogates;
mod value;
mod values;

pub(crate) use document::Document;
pub(crate) use sink::emit_number;
pub use sink::{Key, Sink};
pub(crate) use value::is_number;
pub use value::{Map, Number, Value};
pub(crate) use values::Values;
