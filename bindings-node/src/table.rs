//! The operations and models of the core's table, by number: a number is cheaper to pass than a
//! name.

use lomi::Error;
use lomi::binding::{MODELS, OPERATIONS};
use lomi::binding::{table::Model, table::Operation};
use napi_derive::napi;

/// The version of this library.
#[napi]
pub fn version() -> &'static str {
    lomi::VERSION
}

/// The number of an operation, by its documented name.
#[napi(catch_unwind)]
pub fn operation(id: String) -> Option<u32> {
    let at = OPERATIONS.iter().position(|operation| operation.id == id)?;
    u32::try_from(at).ok()
}

/// The class names of the models, in the order of their numbers.
#[napi(catch_unwind)]
pub fn models() -> Vec<&'static str> {
    MODELS.iter().map(|model| model.names.node).collect()
}

/// An operation by its number.
pub(crate) fn operation_at(number: u32) -> Result<&'static Operation, Error> {
    let at = usize::try_from(number).unwrap_or(usize::MAX);
    let operation = OPERATIONS.get(at).copied();
    operation.ok_or_else(|| Error::internal(format!("there is no operation {number}")))
}

/// The number of a model; 0 for one that is not in the table.
pub(crate) fn number_of(model: &'static Model) -> u32 {
    let at = MODELS.iter().position(|other| std::ptr::eq(*other, model));
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

/// The number of the model of webhook events.
pub(crate) fn event_model() -> u32 {
    let at = MODELS.iter().position(|model| model.name == "Event");
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}
