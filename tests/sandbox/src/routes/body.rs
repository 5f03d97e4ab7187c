//! The JSON body of a request.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::schema::error::ApiError;

/// Parses the body. Its size is limited by the middleware.
pub(super) async fn read_json(headers: &HeaderMap, body: Body) -> Result<Value, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let is_json = content_type.is_some_and(|t| {
        let essence = t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    });
    if !is_json {
        return Err(ApiError::bad_request("Content-Type must be application/json"));
    }
    let bytes = body.collect().await.map_err(|e| ApiError::bad_request(e.to_string()))?.to_bytes();
    serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::bad_request(format!("Invalid JSON: {error}")))
}
