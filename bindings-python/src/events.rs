//! The events of an attempt as Python objects, and which of them a call is observed for.

use std::borrow::Cow;

use lomi::ErrorKind;
use pyo3::prelude::*;

use crate::error::BindingError;

/// A request is about to be sent. Has no body, no value of a path parameter and no key.
#[pyclass(frozen, get_all, module = "lomi")]
pub(crate) struct RequestEvent {
    /// The operation, such as `create_checkout_session`.
    operation: String,
    /// HTTP method.
    method: String,
    /// The route with its parameters' names, not their values.
    route: String,
    /// Number of the attempt within the call, from 1.
    attempt: u32,
    /// The idempotency key that every attempt of the call carries.
    idempotency_key: Option<String>,
    /// The id that the request is sent with.
    request_id: String,
}

#[pymethods]
impl RequestEvent {
    fn __repr__(&self) -> String {
        format!(
            "<RequestEvent operation={:?} method={:?} route={:?} attempt={} idempotency_key={} \
             request_id={:?}>",
            self.operation,
            self.method,
            self.route,
            self.attempt,
            shown(self.idempotency_key.as_deref()),
            self.request_id,
        )
    }
}

/// An attempt has ended, with a response or without one.
#[pyclass(frozen, get_all, module = "lomi")]
pub(crate) struct ResponseEvent {
    /// The operation, such as `create_checkout_session`.
    operation: String,
    /// HTTP method.
    method: String,
    /// The route with its parameters' names, not their values.
    route: String,
    /// Number of the attempt within the call, from 1.
    attempt: u32,
    /// The idempotency key that every attempt of the call carries.
    idempotency_key: Option<String>,
    /// HTTP status; None where no response came.
    status: Option<u16>,
    /// The class of the error where no response came, or where it could not be read.
    error: Option<&'static str>,
    /// Milliseconds from sending to the end of the response.
    elapsed_ms: u64,
    /// The id of the request: the server's, else ours.
    request_id: String,
    /// Milliseconds until the next attempt; None where this one was the last.
    retry_in_ms: Option<u64>,
    /// Whether the response is a success that could be read.
    _succeeded: bool,
}

#[pymethods]
impl ResponseEvent {
    fn __repr__(&self) -> String {
        format!(
            "<ResponseEvent operation={:?} method={:?} route={:?} attempt={} idempotency_key={} \
             status={} error={} elapsed_ms={} request_id={:?} retry_in_ms={}>",
            self.operation,
            self.method,
            self.route,
            self.attempt,
            shown(self.idempotency_key.as_deref()),
            shown(self.status),
            shown(self.error),
            self.elapsed_ms,
            self.request_id,
            shown(self.retry_in_ms),
        )
    }
}

fn shown(value: Option<impl std::fmt::Debug>) -> Cow<'static, str> {
    value.map_or(Cow::Borrowed("None"), |value| format!("{value:?}").into())
}

/// An event on its way to Python.
pub(crate) enum Event {
    Request(RequestEvent),
    Response(ResponseEvent),
}

impl Event {
    pub(crate) fn into_python(self, py: Python<'_>) -> Result<Bound<'_, PyAny>, BindingError> {
        Ok(match self {
            Self::Request(event) => Bound::new(py, event)?.into_any(),
            Self::Response(event) => Bound::new(py, event)?.into_any(),
        })
    }
}

/// The events that a call is observed for: a sum of the constants.
#[derive(Clone, Copy)]
pub(crate) struct Wanted(pub(crate) u8);

impl Wanted {
    /// Requests.
    pub(crate) const REQUESTS: u8 = 1;
    /// The ends of attempts that failed.
    pub(crate) const FAILURES: u8 = 2;
    /// The ends of attempts that succeeded.
    pub(crate) const SUCCESSES: u8 = 4;

    pub(crate) fn request(self, event: &lomi::RequestEvent<'_>) -> Option<Event> {
        if self.0 & Self::REQUESTS == 0 {
            return None;
        }
        Some(Event::Request(RequestEvent {
            operation: event.operation.to_owned(),
            method: event.method.to_string(),
            route: event.route.to_owned(),
            attempt: event.attempt,
            idempotency_key: event.idempotency_key.map(str::to_owned),
            request_id: event.request_id.to_owned(),
        }))
    }

    pub(crate) fn response(self, event: &lomi::ResponseEvent<'_>) -> Option<Event> {
        let succeeded = event.failure.is_none()
            && event.status.is_some_and(|status| (200..300).contains(&status));
        let wanted = if succeeded { Self::SUCCESSES } else { Self::FAILURES };
        if self.0 & wanted == 0 {
            return None;
        }
        let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).ok();
        Some(Event::Response(ResponseEvent {
            operation: event.operation.to_owned(),
            method: event.method.to_string(),
            route: event.route.to_owned(),
            attempt: event.attempt,
            idempotency_key: event.idempotency_key.map(str::to_owned),
            status: event.status,
            error: event.failure.map(ErrorKind::class_name),
            elapsed_ms: milliseconds(event.elapsed).unwrap_or(u64::MAX),
            request_id: event.request_id.to_owned(),
            retry_in_ms: event.retry_in.and_then(milliseconds),
            _succeeded: succeeded,
        }))
    }
}
