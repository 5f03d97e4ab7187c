//! Values between Python and the core, without the models: see `rows` for those.

pub(crate) mod strings;
pub(crate) mod timeouts;
pub(crate) mod to_core;
pub(crate) mod to_python;
