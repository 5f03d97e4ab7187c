//! The command line.

mod command;
mod trigger;

pub use command::run;
