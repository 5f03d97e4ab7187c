//! The observer of attempts, on which logs, metrics and traces are built.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::error::ErrorKind;

/// Receives an event before the request and after the response of each attempt. No event contains a
/// body, an id of the path or an API key. An observer cannot change the call, and a panic in it is
/// ignored.
///
/// ```
/// use lomi::{Observer, RequestEvent, ResponseEvent};
///
/// struct Slow;
///
/// impl Observer for Slow {
///     fn on_response(&self, event: &ResponseEvent<'_>) {
///         if event.elapsed.as_secs() >= 5 {
///             eprintln!("{} took {:?} (request {})", event.route, event.elapsed, event.request_id);
///         }
///     }
/// }
///
/// let client = lomi::Client::builder().api_key("lomi_sk_test_1").observer(Slow).build()?;
/// # Ok::<(), lomi::Error>(())
/// ```
pub trait Observer: Send + Sync {
    /// A request is about to be sent.
    fn on_request(&self, event: &RequestEvent<'_>) {
        let _ = event;
    }

    /// An attempt ended, with a response or without one.
    fn on_response(&self, event: &ResponseEvent<'_>) {
        let _ = event;
    }
}

impl fmt::Debug for dyn Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// A request that is about to be sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RequestEvent<'a> {
    /// The operation, such as `create_checkout_session`; method and route of any other endpoint.
    pub operation: &'a str,
    /// HTTP method.
    pub method: &'a Method,
    /// The route with its parameters' names, not their values.
    pub route: &'a str,
    /// Number of the attempt within the call, from 1.
    pub attempt: u32,
    /// The idempotency key that every attempt of the call carries.
    pub idempotency_key: Option<&'a str>,
    /// The id that the request is sent with.
    pub request_id: &'a str,
}

/// The end of an attempt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResponseEvent<'a> {
    /// The operation, as in [`RequestEvent`].
    pub operation: &'a str,
    /// HTTP method.
    pub method: &'a Method,
    /// The route with its parameters' names, not their values.
    pub route: &'a str,
    /// Number of the attempt within the call, from 1.
    pub attempt: u32,
    /// The idempotency key that every attempt of the call carries.
    pub idempotency_key: Option<&'a str>,
    /// HTTP status, if a response came.
    pub status: Option<u16>,
    /// What went wrong, if no response came or a successful one could not be read.
    pub failure: Option<ErrorKind>,
    /// From sending to the end of the response.
    pub elapsed: Duration,
    /// The id of the request: the server's if it sent one, else the client's.
    pub request_id: &'a str,
    /// The pause before the next attempt; `None` if this attempt was the last.
    pub retry_in: Option<Duration>,
}

impl fmt::Display for ResponseEvent<'_> {
    /// One line for a log: `POST /checkout-sessions 201 45 ms request 1f0e... attempt 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.method, self.route)?;
        match (self.status, self.failure) {
            (Some(status), Some(kind)) => write!(f, "{status} {}", kind.class_name())?,
            (Some(status), None) => write!(f, "{status}")?,
            (None, Some(kind)) => f.write_str(kind.class_name())?,
            (None, None) => f.write_str("nothing")?,
        }
        let milliseconds = self.elapsed.as_millis();
        write!(f, " {milliseconds} ms request {} attempt {}", self.request_id, self.attempt)
    }
}

/// Passes events to two observers.
pub(crate) struct Both(pub(crate) Arc<dyn Observer>, pub(crate) Arc<dyn Observer>);

impl Observer for Both {
    fn on_request(&self, event: &RequestEvent<'_>) {
        on_request(&*self.0, event);
        on_request(&*self.1, event);
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        on_response(&*self.0, event);
        on_response(&*self.1, event);
    }
}

/// Passes an event to an observer and ignores a panic.
pub(crate) fn on_request(observer: &dyn Observer, event: &RequestEvent<'_>) {
    let _ = catch_unwind(AssertUnwindSafe(|| observer.on_request(event)));
}

/// Passes an event to an observer and ignores a panic.
pub(crate) fn on_response(observer: &dyn Observer, event: &ResponseEvent<'_>) {
    let _ = catch_unwind(AssertUnwindSafe(|| observer.on_response(event)));
}
