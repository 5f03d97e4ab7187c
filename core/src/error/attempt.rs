//! The result of one request of a call.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::Method;

use super::kind::ErrorKind;

/// The result of one request of a call, with what a log needs and nothing private.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// HTTP method.
    pub method: Method,
    /// The route with its parameters' names, not their values.
    pub route: Cow<'static, str>,
    /// HTTP status, if a response came.
    pub status: Option<u16>,
    /// What went wrong, if no response came or a successful one could not be read.
    pub failure: Option<ErrorKind>,
    /// From sending to the end of the response.
    pub elapsed: Duration,
    /// The id of the request.
    pub request_id: String,
}

impl fmt::Display for Attempt {
    /// One line for a log: `POST /checkout-sessions 201 45 ms request 1f0e...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let result = match (self.status, self.failure) {
            (Some(status), Some(kind)) => format!("{status} {}", kind.class_name()),
            (Some(status), None) => status.to_string(),
            (None, Some(kind)) => kind.class_name().to_owned(),
            (None, None) => "nothing".to_owned(),
        };
        let milliseconds = self.elapsed.as_millis();
        write!(
            f,
            "{} {} {result} {milliseconds} ms request {}",
            self.method, self.route, self.request_id
        )
    }
}
