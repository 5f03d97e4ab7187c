//! The bodies of the API in each generation.

pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod session;
pub(crate) mod validate;
