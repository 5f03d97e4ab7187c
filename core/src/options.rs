//! The options of clients and calls as values by name, as the languages pass them whose options
//! cross to the core as one map.

mod call;
mod client;
mod named;

pub use call::{call_options, download};
pub use client::config_builder;
pub use named::{NamedOptions, OptionStyle};
