//! The documented surface: the classes that the generated SDK has, with its names.

pub(crate) mod api;
pub(crate) mod configuration;
mod configured_client;
pub(crate) mod form_data;
pub(crate) mod header_selector;
pub(crate) mod hosts;
pub(crate) mod serializer;
pub(crate) mod settings;
