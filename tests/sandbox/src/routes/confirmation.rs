//! The two steps of generation E: the first POST of what moves money only shows what would happen.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::middleware::caller::Caller;
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::state::app::App;
use crate::state::idempotency;
use crate::state::time::{MINUTE, Millis, iso};
use crate::webhooks::signing::sign;

const LIFETIME: Millis = 10 * MINUTE;

/// The response to a body without a token, which `check` makes a preview of: nothing has moved. None when its token permits the
/// execution; the token is removed then.
///
/// # Errors
/// When the body is wrong, or the token is not one of this body or is too old.
pub(super) fn confirmation(
    app: &App,
    room: &str,
    caller: &Caller,
    body: &mut Value,
    check: impl FnOnce(Value) -> Result<Value, ApiError>,
) -> Result<Option<Response>, ApiError> {
    let sent = body.as_object_mut().and_then(|fields| fields.shift_remove("confirmation_token"));
    let now = app.clock.now();
    match sent.as_ref().and_then(Value::as_str).filter(|token| !token.is_empty()) {
        None => {
            let preview = check(body.clone())?;
            let ends = now.saturating_add(LIFETIME);
            let response = json!({
                "requires_confirmation": true,
                "confirmation_token": token(app, room, caller, body, ends),
                "expires_at": iso(ends),
                "preview": preview,
            });
            Ok(Some(json_response(StatusCode::CREATED, &response)))
        }
        Some(sent) => {
            let ends = sent.split('_').nth(1).and_then(|ends| ends.parse::<Millis>().ok());
            let is_own = ends.is_some_and(|at| token(app, room, caller, body, at) == sent);
            if !is_own {
                return Err(ApiError::bad_request("confirmation_token is not valid for this body"));
            }
            if ends.is_none_or(|at| at <= now) {
                return Err(ApiError::bad_request("confirmation_token has expired"));
            }
            Ok(None)
        }
    }
}

/// A token that is valid for one body until a time. Nothing is stored: it is a signature.
fn token(app: &App, room: &str, caller: &Caller, body: &Value, ends: Millis) -> String {
    let fingerprint = idempotency::fingerprint(body);
    let text = format!("{room} {} {ends} {fingerprint:?}", caller.environment.word());
    let signature = sign(&app.identity.webhook_secret, text.as_bytes());
    format!("confirm_{ends}_{signature}")
}
