//! The generated table of operations, as this crate's classes are declared from it.

mod generated;
mod operations;

pub(crate) use generated::{API_VERSION, EARLIER, EARLIER_MODELS, ENUMS, LISTS, RESOURCES};
pub(crate) use operations::{Argument, Documented, Earlier, Resource};
