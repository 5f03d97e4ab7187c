//! `LomiSDK\LomiClient` and the classes that its methods return.

pub(crate) mod lomi_client;
pub(crate) mod options;
pub(crate) mod page;
pub(crate) mod pool;
pub(crate) mod promise;
