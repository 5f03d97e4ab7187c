//! The rate limit, when it is switched on, and its headers.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::request_id::RequestId;
use crate::generation::Generation;
use crate::options::RateLimit;
use crate::schema::error::ApiError;
use crate::state::app::App;

/// The 429 of a limit.
pub(super) fn refuse(limit: RateLimit, generation: Generation, request_id: &RequestId) -> Response {
    let error = ApiError::rate_limited(limit.requests, limit.seconds);
    let mut response = error.respond(generation, request_id.as_str());
    refusal_headers(response.headers_mut(), limit);
    response
}

/// Passes the request on when it is within the limit of the options.
pub(super) async fn pass(
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
        return refuse(limit, generation, request_id);
    };
    let mut response = next.run(request).await;
    if generation == Generation::E {
        limit_headers(response.headers_mut(), limit, left);
    }
    response
}

/// Headers of a 429. `Retry-After` is the length of the window, as on the server, not the rest of
/// the window.
fn refusal_headers(headers: &mut HeaderMap, limit: RateLimit) {
    let seconds = HeaderValue::from(limit.seconds);
    headers.insert("retry-after", seconds.clone());
    headers.insert("x-ratelimit-limit", HeaderValue::from(limit.requests));
    headers.insert("x-ratelimit-policy", HeaderValue::from_static("fixed-window"));
    headers.insert("x-ratelimit-window-seconds", seconds);
}

/// Headers of generation E on every response.
fn limit_headers(headers: &mut HeaderMap, limit: RateLimit, left: u64) {
    headers.insert("x-ratelimit-limit", HeaderValue::from(limit.requests));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(left));
    headers.insert("x-ratelimit-window-seconds", HeaderValue::from(limit.seconds));
    let policy = format!("\"default\";q={};w={}", limit.requests, limit.seconds);
    let current = format!("\"default\";r={left};t={}", limit.seconds);
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", current)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
