//! Builds a request from an operation, its arguments and the configuration: a pure function, the
//! same for every language. Invalid arguments are refused before anything is sent.

mod amount;
mod arguments;
mod body;
pub(crate) mod check;
mod headers;
mod option_headers;
pub(crate) mod request_id;
mod target;
mod url;

use bytes::Bytes;
use http::{HeaderMap, Method};

pub use amount::Amount;
pub use arguments::{CallOptions, Input};
pub(crate) use body::body;
pub(crate) use headers::headers;
pub use target::Target;
pub(crate) use url::address;

/// One HTTP request, ready to be sent by any transport.
#[derive(Debug, Clone)]
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
