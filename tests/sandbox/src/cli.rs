//! The command line.

mod command;
mod stop;
mod trigger;

pub use command::run;
