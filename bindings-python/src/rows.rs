//! How the objects of a response are made: `builder` makes a Python object of a row,
//! `lazy_row` is the object whose fields are read later, `fields` reads them, and `typed_fields`
//! those that are converted.

pub(crate) mod builder;
pub(crate) mod classes;
pub(crate) mod fields;
pub(crate) mod lazy_row;
mod name_cache;
pub(crate) mod typed_fields;
