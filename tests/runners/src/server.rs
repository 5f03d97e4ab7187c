//! The servers that play scenarios to the runners.

mod connection;
pub(crate) mod request;
mod response;
pub(crate) mod scenario_server;
pub(crate) mod tls;
