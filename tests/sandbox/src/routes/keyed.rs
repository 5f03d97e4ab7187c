//! Creates with an idempotency key: the first response is sent again.

use axum::extract::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::middleware::faults::DelayWhileReserved;
use crate::schema::error::ApiError;
use crate::schema::responses::json_bytes;
use crate::state::app::App;
use crate::state::idempotency::{self, KeyState};
use crate::state::time::http_date;

/// A create whose key, if it has one, is read.
pub(super) struct KeyedRequest<'a> {
    /// State.
    pub(super) app: &'a App,
    /// Who asks.
    pub(super) caller: &'a Caller,
    /// Headers of the request.
    pub(super) headers: &'a HeaderMap,
    /// Delay while the key is reserved.
    pub(super) delay: Option<Extension<DelayWhileReserved>>,
    /// Keys of one room have nothing to do with those of another; sessions have the empty one.
    pub(super) room: &'static str,
    /// Fingerprint of the body.
    pub(super) fingerprint: idempotency::Fingerprint,
}

impl KeyedRequest<'_> {
    /// Runs `make` unless the key has a response already.
    pub(super) async fn run(
        self,
        make: impl FnOnce() -> Result<Bytes, ApiError>,
    ) -> Result<Response, ApiError> {
        let app = self.app;
        let Some(key) = sent_key(self.headers) else {
            wait(self.delay).await;
            return Ok(json_bytes(StatusCode::CREATED, make()?));
        };
        let key = if self.room.is_empty() { key } else { format!("{} {key}", self.room) };
        let scope = (self.caller.environment, key);
        match app.keys().begin(&scope, self.fingerprint, app.clock.now()) {
            KeyState::Reused => return Err(ApiError::key_reused()),
            KeyState::InProgress => return Err(ApiError::key_in_progress()),
            KeyState::Replay(body) => {
                let status = match self.caller.generation {
                    Generation::E => StatusCode::OK,
                    _ => StatusCode::CREATED,
                };
                let mut response = json_bytes(status, body);
                let hit = HeaderValue::from_static("true");
                response.headers_mut().insert("idempotency-cache-hit", hit);
                // The time of the sandbox's clock, so that a client can see that the session has
                // expired.
                if let Ok(date) = HeaderValue::from_str(&http_date(app.clock.now())) {
                    response.headers_mut().insert("date", date);
                }
                return Ok(response);
            }
            KeyState::First => {}
        }
        let mut reserved = Reserved { app, scope: Some(scope) };
        wait(self.delay).await;
        let response = make()?;
        if let Some(scope) = reserved.scope.take() {
            app.keys().finish(&scope, &response);
        }
        Ok(json_bytes(StatusCode::CREATED, response))
    }
}

/// The key of a request.
pub(super) fn sent_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key").and_then(|v| v.to_str().ok());
    key.and_then(idempotency::normal_key)
}

async fn wait(delay: Option<Extension<DelayWhileReserved>>) {
    if let Some(Extension(DelayWhileReserved(time))) = delay {
        tokio::time::sleep(time).await;
    }
}

/// A reserved key. It is released unless `scope` was taken: nothing was created then, and a
/// corrected request, or a retry after the client went away, can use the key.
struct Reserved<'a> {
    app: &'a App,
    scope: Option<idempotency::Scope>,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if let Some(scope) = &self.scope {
            self.app.keys().release(scope);
        }
    }
}
