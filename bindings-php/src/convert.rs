//! Values between PHP and the core.

pub(crate) mod copied;
pub(crate) mod decode;
pub(crate) mod from_json;
pub(crate) mod option;
pub(crate) mod to_json;
