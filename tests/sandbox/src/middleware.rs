//! What every request passes before its handler.

pub(crate) mod allowed_hosts;
mod broken_body;
pub(crate) mod caller;
pub(crate) mod durable;
pub(crate) mod faults;
mod rate_limit;
pub(crate) mod record;
pub(crate) mod request_id;
pub(crate) mod reset;
