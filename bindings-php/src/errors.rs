//! Exceptions: their classes, and the one that a failed call throws.

pub(crate) mod classes;
