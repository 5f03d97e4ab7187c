//! Values as bytes. Numbers are big endian, and every length is a `u32`.
//!
//! | tag | value | after the tag |
//! |---|---|---|
//! | 0, 1, 2 | null, false, true | |
//! | 3 | integer | `i64` |
//! | 4 | any other number | length, digits |
//! | 5 | string | length, UTF-8 |
//! | 6 | list | size in bytes, count, values |
//! | 7 | map | size in bytes, count, then for each entry: length of the name, UTF-8, value |
//! | 8 | object of a model | size in bytes, `u16` model, `u16` number of its fields, places, values |
//!
//! The places of an object say where the value of each field begins, then where the first extra
//! field and the original values begin: they count from the object's tag, and 0 is absent. So a
//! field is found without reading those before it. An extra field has the place of the next one,
//! the length of its name, its name and its value. The original values are a map. When a name comes
//! twice, the last value counts.

mod reader;
mod sink;
mod writer;

pub(crate) use reader::{Reader, value_of};
pub(crate) use sink::PackedSink;
pub(crate) use writer::{MapWriter, Writer};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const NUMBER: u8 = 4;
const STRING: u8 = 5;
const LIST: u8 = 6;
const MAP: u8 = 7;
const OBJECT: u8 = 8;

#[cfg(test)]
mod tests;
