//! Everything that the sandbox remembers.

pub(crate) mod app;
pub(crate) mod clock;
pub(crate) mod deliveries;
pub(crate) mod faults;
pub(crate) mod idempotency;
pub(crate) mod identity;
pub(crate) mod journal;
pub(crate) mod money;
pub(crate) mod rate_limit;
pub(crate) mod request_log;
pub(crate) mod sessions;
