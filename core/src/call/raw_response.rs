//! A response before its body is interpreted.

use bytes::Bytes;
use http::HeaderMap;

/// A response as the transport read it: any status, the whole body.
#[derive(Debug, Clone)]
pub struct RawResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The decoded body.
    pub body: Bytes,
}
