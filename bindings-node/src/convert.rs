//! From JavaScript to the core: JSON to the input of a call, its options, and a configuration.

mod call_options;
pub(crate) mod config;
mod input;
mod options;

pub(crate) use call_options::{call_options, download};
pub(crate) use input::{input, value};
