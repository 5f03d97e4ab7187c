//! Request and response bodies of the control API.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};

use crate::generation::Generation;
use crate::middleware::request_id::RequestId;
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;

const MAX_BODY: usize = 64 * 1024;

/// An error in the shape of today's server.
pub(super) fn refuse(error: ApiError) -> Response {
    error.respond(Generation::D, RequestId::of(&HeaderMap::new()).as_str())
}

/// The response to a change: JSON, or a redirect to the console for its buttons.
pub(super) fn done(headers: &HeaderMap, body: &Value) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    if accept.is_some_and(|a| a.contains("text/html")) {
        Redirect::to("/_sandbox").into_response()
    } else {
        json_response(StatusCode::OK, body)
    }
}

/// Parses a body that is a JSON object or a form. Without a body the map is empty.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, ApiError> {
    let bytes = Limited::new(body, MAX_BODY).collect().await;
    let bytes = bytes.map_err(|_| ApiError::too_large())?.to_bytes();
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if bytes.is_empty() {
        Ok(Map::new())
    // `curl -d` sends this content type also with JSON.
    } else if is_form && !bytes.starts_with(b"{") {
        let pairs = form_urlencoded::parse(&bytes);
        Ok(pairs.map(|(k, v)| (k.into_owned(), Value::from(v))).collect())
    } else {
        serde_json::from_slice(&bytes)
            .map_err(|e| ApiError::bad_request(format!("Not a JSON object: {e}")))
    }
}
