//! The API as data: its models and their fields, its operations and their routes. The core and
//! every binding use this table. `cargo codegen` generates `models` and `operations` from the spec.

mod models;
mod name_start;
mod operations;
mod schema;

pub use models::*;
pub use operations::*;
pub use schema::{
    ClassNames, Enum, Field, Find, FindByReading, FindInList, Idempotency, Kind, Model, Operation,
    Paging, Parameter, ReadSign, Reconcile, Returns, RouteStyle, Union, Wait, field,
};

/// An operation of the table by its documented name, such as `create_checkout_session`.
pub fn operation(id: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().copied().find(|operation| operation.id == id)
}
