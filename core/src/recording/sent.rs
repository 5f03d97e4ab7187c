//! A request that is answered without a connection.

use crate::json::{Map, Value};
use crate::table::Operation;

/// A request, for what answers without a connection.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    /// The operation's name, or the method and path of another endpoint.
    pub(crate) name: &'a str,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: &'a str,
    /// The path and the query.
    pub(crate) target: &'a str,
    /// The values of the path's parameters.
    pub(crate) path: &'a Map<String, Value>,
    pub(crate) idempotency_key: Option<&'a str>,
    /// The id of the call, which its attempts share.
    pub(crate) call: &'a str,
    /// The JSON of the body; null if there is none.
    pub(crate) body: Value,
}
