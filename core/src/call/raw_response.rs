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

impl RawResponse {
    /// What stands for the response to a call that sends nothing.
    pub(crate) fn without_body() -> Self {
        let status = http::StatusCode::NO_CONTENT.as_u16();
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }
}
