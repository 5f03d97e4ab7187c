//! `LomiSDK\LomiClient` and the classes that its methods return.

pub(crate) mod confirmation;
pub(crate) mod find_outcome;
pub(crate) mod lomi_client;
pub(crate) mod missed_events;
mod options;
pub(crate) mod page;
pub(crate) mod page_iterator;
mod page_walk;
mod pool;
pub(crate) mod promise;
pub(crate) mod resource;
pub(crate) mod state;
pub(crate) mod stub;
