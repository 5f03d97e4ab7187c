//! What one runner did in one scenario.

use serde_json::Value;

use crate::server::request::Request;

/// The requests that a runner sent and the result that it printed.
pub(crate) struct Recording {
    /// The result that the runner printed.
    pub(crate) result: Option<Value>,
    pub(crate) requests: Vec<Request>,
    /// Connections to an address that must not be called.
    pub(crate) stray_connections: u32,
    /// Growth of the runner's memory, where it ran alone.
    pub(crate) memory_growth_mib: Option<u64>,
}
