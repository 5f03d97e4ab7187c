//! The types of the table of actions.

use super::resource::{Field, Route};

/// An operation that is no part of a collection of objects.
#[derive(Debug)]
pub(crate) struct Action {
    /// Name, such as `cancel_subscription`.
    pub(crate) id: &'static str,
    /// Its resource, such as `subscriptions`.
    pub(crate) resource: &'static str,
    /// What it does, such as `cancel`.
    pub(crate) verb: &'static str,
    /// HTTP method.
    pub(crate) method: &'static str,
    /// Its paths.
    pub(crate) routes: &'static [Route],
    /// Whether generation E requires an idempotency key.
    pub(crate) required: bool,
    /// Whether it has two steps in generation E.
    pub(crate) asks: bool,
    /// What it returns.
    pub(crate) returns: Returned,
}

/// What an action returns.
#[derive(Debug)]
pub(crate) enum Returned {
    /// No value.
    Nothing,
    /// One object.
    One(&'static Shape),
    /// A list of objects.
    Page(&'static Shape),
    /// JSON that no document describes.
    Any,
}

/// An object that actions return.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Name, such as `Subscription`.
    pub(crate) name: &'static str,
    /// The field with the id, if it has one.
    pub(crate) id: Option<&'static str>,
    /// Its fields.
    pub(crate) fields: &'static [Field],
}
