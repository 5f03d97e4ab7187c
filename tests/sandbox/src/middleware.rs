//! What every request passes before its handler.

pub(crate) mod allowed_hosts;
pub(crate) mod broken_body;
pub(crate) mod caller;
pub(crate) mod observe;
