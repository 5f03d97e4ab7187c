//! Webhooks: events, signatures and deliveries.

pub(crate) mod deliver;
pub(crate) mod events;
pub(crate) mod samples;
pub(crate) mod send;
pub(crate) mod signing;
