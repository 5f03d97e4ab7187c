//! Builds a request from an operation, its arguments and the configuration: a pure function, the
//! same for every language. Invalid arguments are refused before anything is sent.

mod amount;
mod arguments;
mod body;
pub(crate) mod check;
mod download;
mod headers;
mod option_headers;
pub(crate) mod request_id;
mod target;
mod url;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};

pub use amount::Amount;
pub use arguments::{CallOptions, Input};
pub(crate) use body::body;
pub use download::{Download, DownloadOptions};
pub(crate) use headers::headers;
pub use target::Target;
pub(crate) use url::address;

/// One HTTP request, ready to be sent by any transport.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The complete URL.
    pub url: String,
    /// The headers, with the API key (marked as sensitive).
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Bytes>,
}

impl fmt::Debug for Request {
    /// Leaves out the query, which may be a signature, and the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
