//! The types of the generated table of operations.

use lomi::binding::{table::Model, table::Operation};

/// One resource.
pub(crate) struct Resource {
    /// Its class in the documented surface, such as `CheckoutSessionsApi`.
    pub(crate) documented: Option<&'static str>,
    /// The name of its class, such as `CheckoutSessions`.
    pub(crate) class: &'static str,
    /// The property of a client, such as `checkoutSessions`.
    pub(crate) property: &'static str,
    pub(crate) operations: &'static [Documented],
}

/// A class of earlier generated clients.
pub(crate) struct Earlier {
    pub(crate) class: &'static str,
    pub(crate) operations: &'static [Documented],
}

/// One documented operation.
pub(crate) struct Documented {
    pub(crate) operation: &'static Operation,
    /// Such as `createCheckoutSession`.
    pub(crate) name: &'static str,
    /// The method of `LomiClient`'s resource, such as `changePlan`.
    pub(crate) verb: &'static str,
    /// The method that waits until the object is in a final state.
    pub(crate) wait: Option<&'static str>,
    /// Whether the generated clients have it.
    pub(crate) documented: bool,
    /// Its arguments as PHP declares them.
    pub(crate) declared: &'static str,
    pub(crate) arguments: &'static [Argument],
    /// The model of a page.
    pub(crate) list: Option<&'static Model>,
}

/// One documented argument.
pub(crate) enum Argument {
    /// The body, a model or an array.
    Body(&'static str),
    /// A part of the path, and the argument of that name in a method of `LomiClient`'s resource.
    Path(&'static str, &'static str),
    /// A part of the query.
    Query {
        name: &'static str,
        least: Option<i64>,
        most: Option<i64>,
        /// Sent where nothing is given.
        default: Option<i64>,
    },
}
