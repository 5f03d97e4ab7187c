//! The endpoint of a call.

use std::borrow::Cow;

use http::Method;

use super::download::Download;
use crate::error::{Error, Outcome, bounded};
use crate::message::Message;
use crate::messages::error as words;
use crate::table::{Idempotency, Operation, RouteStyle};

/// The endpoint of a call: an operation of the table, or any other method and path.
#[derive(Debug, Clone)]
pub enum Target {
    /// An operation of the table.
    Operation(&'static Operation),
    /// A method and a path below the base URL.
    Raw {
        /// The method.
        method: Method,
        /// The path, starting with a slash.
        path: String,
    },
    /// A file that the API links to.
    Download(Download),
    /// Nothing: the call only opens a connection, which is kept for the next one.
    Connection,
}

/// The name of a download in errors and events: its link is a secret.
const DOWNLOAD: &str = "download";

/// The name of a call that only opens a connection, in errors.
const PREWARM: &str = "prewarm";

/// The route of a download in events.
const ANY_ROUTE: &str = "/*";

impl Target {
    /// The operation, if the endpoint is one of the table.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        match self {
            Self::Operation(operation) => Some(operation),
            Self::Raw { .. } | Self::Download(_) | Self::Connection => None,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Operation(operation) => operation.id.to_owned(),
            Self::Raw { method, path } => format!("{method} {path}"),
            Self::Download(_) => DOWNLOAD.to_owned(),
            Self::Connection => PREWARM.to_owned(),
        }
    }

    /// The name of the call for observers, without the values in its path.
    pub(crate) fn event_name(&self, route: &str) -> Cow<'static, str> {
        match self {
            Self::Operation(operation) => operation.id.into(),
            Self::Raw { method, .. } => format!("{method} {route}").into(),
            Self::Download(_) => DOWNLOAD.into(),
            Self::Connection => PREWARM.into(),
        }
    }

    /// Advice to the caller of a write that may have been carried out.
    pub(crate) fn advice(&self, idempotency_key: Option<&str>, checks_key: bool) -> Message {
        let advice = match idempotency_key {
            Some(key) if checks_key => words::repeat_with_key(key),
            _ => words::check_before(),
        };
        words::may_have_been_carried_out(bounded(&self.name()), advice)
    }

    pub(crate) fn method(&self) -> &Method {
        match self {
            Self::Operation(operation) => &operation.method,
            Self::Raw { method, .. } => method,
            Self::Download(_) | Self::Connection => &Method::GET,
        }
    }

    /// The route with its parameters' names, not their values: a log must not contain ids.
    pub(crate) fn route_template(&self, style: RouteStyle) -> Cow<'static, str> {
        match self {
            Self::Operation(operation) => operation.path(style).unwrap_or_default().into(),
            Self::Raw { path, .. } => without_values(path).into(),
            Self::Download(_) => ANY_ROUTE.into(),
            Self::Connection => "".into(),
        }
    }

    /// Adds the operation, the outcome and the advice to an error that occurred after the request
    /// was sent.
    pub(crate) fn after_sending(&self, error: &mut Error) {
        error.inner.operation = Some(self.name());
        error.inner.writes = !self.method().is_safe();
        error.inner.outcome = Outcome::Unknown;
        if error.is_outcome_unknown() {
            let keyed = |operation: &Operation| operation.idempotency == Idempotency::Keyed;
            let checks_key = matches!(self, Self::Operation(operation) if keyed(operation));
            let advice = self.advice(error.inner.idempotency_key.as_deref(), checks_key);
            error.inner.message = words::with_advice(error.inner.message.clone(), advice);
        }
    }
}

/// The route of a caller's path, with a star for each segment that may be a value: a log must not
/// contain ids.
fn without_values(path: &str) -> String {
    let plain = path.split('?').next().unwrap_or_default();
    let is_word = |segment: &str| {
        segment.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte))
    };
    let is_version = |segment: &str| {
        segment.strip_prefix('v').is_some_and(|n| n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let segments = plain.split('/').map(|segment| match segment {
        segment if is_word(segment) || is_version(segment) => segment,
        _ => "*",
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_of_a_path_contains_no_values() {
        assert_eq!(without_values("/checkout-sessions/cs_1?a=b"), "/checkout-sessions/*");
        assert_eq!(without_values("/v1/webhooks/0f9e/test"), "/v1/webhooks/*/test");
    }
}
