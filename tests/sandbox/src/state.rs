//! State of the sandbox: what it keeps in memory and in the data file.
//!
//! [`app::App`] contains the whole state; every other file has one part of it. Nothing here serves requests.

pub(crate) mod app;
pub(crate) mod clock;
pub(crate) mod deliveries;
pub(crate) mod endpoints;
pub(crate) mod environment;
pub(crate) mod faults;
pub(crate) mod idempotency;
pub(crate) mod identity;
pub(crate) mod journal;
pub(crate) mod objects;
pub(crate) mod payment;
pub(crate) mod rate_limit;
pub(crate) mod request_log;
pub(crate) mod sessions;
pub(crate) mod time;
pub(crate) mod webhooks;
