//! The documented surface: the classes that the generated SDK has, with its names.

pub(crate) mod api;
mod arguments;
pub(crate) mod configuration;
mod configured_client;
mod deserializer;
pub(crate) mod form_data;
pub(crate) mod header_selector;
mod hooks;
mod hosts;
mod network;
mod overrides;
mod result;
pub(crate) mod serializer;
mod settings;

/// The one content type of the API.
const JSON: &str = "application/json";
