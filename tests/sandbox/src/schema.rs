//! Requests and responses of the API in each generation: fields, checks, bodies.

pub(crate) mod action;
pub(crate) mod actions;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod export_file;
pub(crate) mod fields;
pub(crate) mod formats;
pub(crate) mod input;
pub(crate) mod object;
pub(crate) mod object_input;
pub(crate) mod resource;
pub(crate) mod responses;
pub(crate) mod rules;
pub(crate) mod session;
pub(crate) mod table;
pub(crate) mod transaction;
pub(crate) mod validate;
pub(crate) mod webhooks;
