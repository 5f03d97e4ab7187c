//! The control API under `/_sandbox`.

mod handlers;

pub(crate) use handlers::routes;
