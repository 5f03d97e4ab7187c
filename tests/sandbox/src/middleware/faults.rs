//! Injected faults of a request.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::request_id::RequestId;
use super::reset::Reset;
use super::{broken_body, rate_limit};
use crate::generation::Generation;
use crate::options::RateLimit;
use crate::schema::error::ApiError;
use crate::state::app::App;
use crate::state::faults::Fault;

/// Delays a create while its Idempotency-Key is reserved.
#[derive(Clone, Debug)]
pub(crate) struct DelayWhileReserved(pub(crate) Duration);

/// The fault for a request, if there is one.
pub(super) fn take(app: &App, parts: &Parts) -> Option<Fault> {
    let header = parts.headers.get("x-sandbox-fault").and_then(|v| v.to_str().ok());
    let mut faults = app.faults();
    if header.is_none() && faults.is_empty() {
        return None;
    }
    faults.take(&parts.method, parts.uri.path(), header)
}

/// Passes the request on and applies a fault to it or to its response.
pub(super) async fn pass(
    app: &App,
    generation: Generation,
    request_id: &RequestId,
    fault: Option<Fault>,
    mut request: Request,
    next: Next,
) -> Response {
    let reset = request.extensions().get::<Reset>().cloned().unwrap_or_default();
    let refuse = |status: u16| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        ApiError::of_status(status).respond(generation, request_id.as_str())
    };
    match &fault {
        Some(Fault::Latency(time)) => tokio::time::sleep(*time).await,
        Some(Fault::LatencyInside(time)) => {
            request.extensions_mut().insert(DelayWhileReserved(*time));
        }
        Some(Fault::ResetBefore) => return reset.reset(),
        Some(Fault::Status(status)) => return refuse(*status),
        Some(Fault::RateLimited(seconds)) => {
            let limit = RateLimit { requests: 120, seconds: *seconds };
            return rate_limit::refuse(limit, generation, request_id);
        }
        _ => {}
    }
    let response = rate_limit::pass(app, generation, request_id, request, next).await;
    match fault {
        Some(Fault::LatencyAfter(time)) => {
            tokio::time::sleep(time).await;
            response
        }
        Some(Fault::ResetAfter) => reset.reset(),
        Some(Fault::StatusAfter(status)) => refuse(status),
        Some(Fault::Truncate) => broken_body::truncated(response).await,
        Some(Fault::Drip(pause)) => broken_body::dripping(response, pause).await,
        Some(Fault::Html(status)) => broken_body::page(status),
        Some(Fault::Empty(status)) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::OK).into_response()
        }
        _ => response,
    }
}
