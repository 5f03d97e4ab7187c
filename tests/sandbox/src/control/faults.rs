//! Rules for injected faults.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::body::{done, read, refuse};
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::state::app::SharedApp;
use crate::state::faults::FaultRule;

/// GET of the rules.
pub(super) async fn list(State(app): State<SharedApp>) -> Response {
    json_response(StatusCode::OK, &json!({"faults": app.faults().describe()}))
}

/// POST of a rule.
pub(super) async fn add(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    let rule = read(&headers, body)
        .await
        .and_then(|body| FaultRule::parse(&body).map_err(ApiError::bad_request));
    match rule {
        Ok(rule) => {
            app.faults().add(rule);
            done(&headers, &json!({"faults": app.faults().describe()}))
        }
        Err(error) => refuse(error),
    }
}

/// DELETE of all rules.
pub(super) async fn clear(State(app): State<SharedApp>) -> Response {
    app.faults().clear();
    json_response(StatusCode::OK, &json!({"faults": []}))
}
