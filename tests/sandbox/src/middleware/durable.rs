//! No change is confirmed before it is in the data file.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::state::app::SharedApp;

/// Waits for the data file before the response of a request that may change something.
pub(crate) async fn durable(
    State(app): State<SharedApp>,
    request: Request,
    next: Next,
) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    if is_read || app.journal.flushed().await {
        response
    } else {
        (StatusCode::INTERNAL_SERVER_ERROR, "The data file cannot be written").into_response()
    }
}
