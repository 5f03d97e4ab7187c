//! Around every API request: the body is read, limits and faults are applied, and what was said
//! is kept for the console.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::sync::Notify;

use super::broken_body as spoiled;
use crate::generation::Generation;
use crate::middleware::caller::{RequestId, generation_of};
use crate::schema::error::ApiError;
use crate::state::app::{App, Shared};
use crate::state::faults::Fault;
use crate::state::rate_limit as limits;
use crate::state::request_log::{Seen, head};

const MAX_BODY: usize = 10 * 1024 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Waits while a create holds its key.
#[derive(Clone, Debug)]
pub(crate) struct Slow(pub(crate) Duration);

/// Marks a request whose connection was reset.
#[derive(Clone, Copy, Debug)]
struct Cut;

/// Resets the connection that a request came on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reset(pub(crate) Arc<Notify>);

pub(crate) async fn observe(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let generation = generation_of(&app, parts.uri.path(), &parts.headers);
    let request_id = parts.extensions.get::<RequestId>().cloned();
    let request_id = request_id.unwrap_or_else(|| RequestId::of(&parts.headers));
    let fault = take_fault(&app, &parts);
    let mut seen = Seen {
        at: app.clock.now(),
        method: parts.method.clone(),
        target: parts.uri.to_string(),
        status: None,
        request: Bytes::new(),
        response: Bytes::new(),
        microseconds: 0,
        request_id: request_id.as_str().to_owned(),
    };
    let mut response = match read_body(body).await {
        Ok(bytes) => {
            seen.request = head(&bytes);
            let request = Request::from_parts(parts, Body::from(bytes));
            answer(&app, generation, &request_id, fault, request, next).await
        }
        Err(error) => error.respond(generation, request_id.as_str()),
    };
    let is_cut = response.extensions().get::<Cut>().is_some();
    seen.status = (!is_cut).then(|| response.status().as_u16());
    if response.extensions().get::<spoiled::Spoiled>().is_none() {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
        seen.response = head(&bytes);
        response = Response::from_parts(parts, Body::from(bytes));
    }
    seen.microseconds = started.elapsed().as_micros();
    app.log(|| seen.line(response.headers()));
    app.requests().add(seen);
    app.changed();
    response
}

fn take_fault(app: &App, parts: &axum::http::request::Parts) -> Option<Fault> {
    let asked = parts.headers.get("x-sandbox-fault").and_then(|v| v.to_str().ok());
    let mut faults = app.faults();
    if asked.is_none() && faults.is_empty() {
        return None;
    }
    faults.take(&parts.method, parts.uri.path(), asked)
}

async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let read = Limited::new(body, MAX_BODY).collect();
    match tokio::time::timeout(BODY_TIMEOUT, read).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ApiError::too_large()),
        Ok(Err(error)) => Err(ApiError::bad_request(error.to_string())),
        Err(_) => Err(ApiError::too_slow()),
    }
}

async fn answer(
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
            request.extensions_mut().insert(Slow(*time));
        }
        Some(Fault::ResetBefore) => return cut(&reset),
        Some(Fault::Status(status)) => return refuse(*status),
        Some(Fault::RateLimited(seconds)) => {
            let limit = limits::RateLimit { requests: 120, seconds: *seconds };
            return limited(limit, generation, request_id);
        }
        _ => {}
    }
    let response = within_limit(app, generation, request_id, request, next).await;
    match fault {
        Some(Fault::LatencyAfter(time)) => {
            tokio::time::sleep(time).await;
            response
        }
        Some(Fault::ResetAfter) => cut(&reset),
        Some(Fault::StatusAfter(status)) => refuse(status),
        Some(Fault::Truncate) => spoiled::truncated(response).await,
        Some(Fault::Drip(pause)) => spoiled::dripping(response, pause).await,
        Some(Fault::Html(status)) => spoiled::page(status),
        Some(Fault::Empty(status)) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::OK).into_response()
        }
        _ => response,
    }
}

/// Resets the connection. The response that is given back is never written.
fn cut(reset: &Reset) -> Response {
    reset.0.notify_one();
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Cut);
    response
}

fn limited(limit: limits::RateLimit, generation: Generation, request_id: &RequestId) -> Response {
    let error = ApiError::rate_limited(limit.requests, limit.seconds);
    let mut response = error.respond(generation, request_id.as_str());
    limits::refusal_headers(response.headers_mut(), limit);
    response
}

async fn within_limit(
    app: &App,
    generation: Generation,
    request_id: &RequestId,
    request: Request,
    next: Next,
) -> Response {
    let Some(limit) = app.options.rate_limit else {
        return next.run(request).await;
    };
    let counted = app.window().count(limit, app.clock.now());
    let Some(left) = counted else {
        return limited(limit, generation, request_id);
    };
    let mut response = next.run(request).await;
    if generation == Generation::E {
        limits::answer_headers(response.headers_mut(), limit, left);
    }
    response
}
