//! Spans of the crate `tracing`, one for each attempt. Without the feature `tracing` this module
//! does nothing.

#[cfg(feature = "tracing")]
pub(crate) use on::AttemptSpan;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::AttemptSpan;

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;

    use tracing::{Instrument, Span, field};

    use crate::observer::{RequestEvent, ResponseEvent};

    /// The span of the attempt in flight.
    #[derive(Debug)]
    pub(crate) struct AttemptSpan {
        /// The span in which the call was made, since another thread may drive it.
        parent: Span,
        current: Span,
    }

    impl AttemptSpan {
        /// Stores the span of the caller.
        pub(crate) fn new() -> Self {
            Self { parent: Span::current(), current: Span::none() }
        }

        /// Whether any subscriber receives these spans.
        pub(crate) fn is_wanted(&self) -> bool {
            tracing::enabled!(target: "lomi", tracing::Level::INFO)
        }

        /// Starts the span of an attempt.
        pub(crate) fn begin(&mut self, event: &RequestEvent<'_>) {
            self.current = tracing::info_span!(
                target: "lomi",
                parent: &self.parent,
                "lomi.attempt",
                operation = event.operation,
                method = event.method.as_str(),
                route = event.route,
                attempt = event.attempt,
                idempotency_key = event.idempotency_key,
                request_id = event.request_id,
                status = field::Empty,
                failure = field::Empty,
                elapsed_ms = field::Empty,
            );
        }

        /// Ends the span of an attempt.
        pub(crate) fn end(&mut self, event: &ResponseEvent<'_>) {
            let span = std::mem::replace(&mut self.current, Span::none());
            let milliseconds =
                |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            let elapsed_ms = milliseconds(event.elapsed);
            let failure = event.failure.map(|kind| kind.class_name());
            span.record("status", event.status);
            span.record("failure", failure);
            span.record("elapsed_ms", elapsed_ms);
            // The server's id, if it sent one.
            span.record("request_id", event.request_id);
            let retry_in_ms = event.retry_in.map(milliseconds);
            let retry = retry_in_ms.is_some();
            let failed = failure.is_some() || event.status.is_some_and(|status| status >= 300);
            match failed {
                false => tracing::info!(
                    target: "lomi", parent: &span, status = event.status, elapsed_ms, retry,
                    retry_in_ms,
                    "attempt ended"
                ),
                true => tracing::warn!(
                    target: "lomi", parent: &span, status = event.status, failure, elapsed_ms, retry,
                    retry_in_ms,
                    "attempt failed"
                ),
            }
        }

        /// Sends the request within the span.
        pub(crate) fn around<F: Future>(&self, sending: F) -> impl Future<Output = F::Output> {
            sending.instrument(self.current.clone())
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;

    use crate::observer::{RequestEvent, ResponseEvent};

    /// No span.
    #[derive(Debug)]
    pub(crate) struct AttemptSpan;

    impl AttemptSpan {
        pub(crate) fn new() -> Self {
            Self
        }

        pub(crate) fn is_wanted(&self) -> bool {
            false
        }

        pub(crate) fn begin(&mut self, _: &RequestEvent<'_>) {}

        pub(crate) fn end(&mut self, _: &ResponseEvent<'_>) {}

        pub(crate) fn around<F: Future>(&self, sending: F) -> F {
            sending
        }
    }
}
