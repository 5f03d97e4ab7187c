//! What a call is made of: the operation, its input and its options.

pub(crate) mod arguments;
mod options;
