//! Reset of the connection on which a request arrived.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::Notify;

/// Resets one connection. The listener puts it into every request of that connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reset(Arc<Notify>);

/// Marks a response that is never sent, because its connection was reset.
#[derive(Clone, Copy, Debug)]
pub(super) struct WasReset;

impl Reset {
    /// Resets the connection. The returned response is never sent.
    pub(super) fn reset(&self) -> Response {
        self.0.notify_one();
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(WasReset);
        response
    }

    /// Waits until a request asks for the reset.
    pub(crate) async fn requested(&self) {
        self.0.notified().await;
    }
}
