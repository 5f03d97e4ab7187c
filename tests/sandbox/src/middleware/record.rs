//! Around every API request: its body is read, and request and response are logged.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;

use super::broken_body::BrokenBody;
use super::caller::generation_of;
use super::faults;
use super::request_id::RequestId;
use super::reset::WasReset;
use crate::schema::error::ApiError;
use crate::state::app::SharedApp;
use crate::state::request_log::{LoggedRequest, beginning};

const MAX_BODY: usize = 10 * 1024 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Reads the body, passes the request on, and adds both to the request log.
pub(crate) async fn record(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let generation = generation_of(&app, parts.uri.path(), &parts.headers);
    let request_id = parts.extensions.get::<RequestId>().cloned();
    let request_id = request_id.unwrap_or_else(|| RequestId::of(&parts.headers));
    let fault = faults::take(&app, &parts);
    let header = |name| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    let mut logged = LoggedRequest {
        at: app.clock.now(),
        method: parts.method.clone(),
        target: parts.uri.to_string(),
        status: None,
        request: Bytes::new(),
        response: Bytes::new(),
        microseconds: 0,
        request_id: request_id.as_str().to_owned(),
        idempotency_key: header("idempotency-key"),
    };
    let mut response = match read_body(body).await {
        Ok(bytes) => {
            logged.request = beginning(&bytes);
            let request = Request::from_parts(parts, Body::from(bytes));
            faults::pass(&app, generation, &request_id, fault, request, next).await
        }
        Err(error) => error.respond(generation, request_id.as_str()),
    };
    let was_reset = response.extensions().get::<WasReset>().is_some();
    logged.status = (!was_reset).then(|| response.status().as_u16());
    if response.extensions().get::<BrokenBody>().is_none() {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
        logged.response = beginning(&bytes);
        response = Response::from_parts(parts, Body::from(bytes));
    }
    logged.microseconds = start.elapsed().as_micros();
    app.log(|| logged.line(response.headers()));
    app.requests().add(logged);
    app.notify_consoles();
    response
}

async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let reading = Limited::new(body, MAX_BODY).collect();
    match tokio::time::timeout(BODY_TIMEOUT, reading).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ApiError::too_large()),
        Ok(Err(error)) => Err(ApiError::bad_request(error.to_string())),
        Err(_) => Err(ApiError::too_slow()),
    }
}
