//! The two steps of generation E: the first POST of what moves money only shows what would happen.

use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::middleware::caller::Caller;
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::state::app::App;
use crate::state::idempotency::{self, KeyState};
use crate::state::time::{MINUTE, Millis, iso};
use crate::webhooks::signing::sign;

const LIFETIME: Millis = 10 * MINUTE;

/// What a body without a token is answered with, or the token of the execution.
pub(super) enum Confirmation {
    /// Nothing has moved.
    Preview(Response),
    /// The token of the body, which no longer contains it. [`execute`] checks it.
    Token(String),
}

/// Shows what a body without a token would do, as `check` says, or takes the token out of the body.
///
/// # Errors
/// When the body is wrong.
pub(super) fn confirmation(
    app: &App,
    room: &str,
    caller: &Caller,
    body: &mut Value,
    check: impl FnOnce(Value) -> Result<Value, ApiError>,
) -> Result<Confirmation, ApiError> {
    let sent = body.as_object_mut().and_then(|fields| fields.shift_remove("confirmation_token"));
    if let Some(token) = sent.as_ref().and_then(Value::as_str).filter(|token| !token.is_empty()) {
        return Ok(Confirmation::Token(token.to_owned()));
    }
    let preview = check(body.clone())?;
    let ends = app.clock.now().saturating_add(LIFETIME);
    let response = json!({
        "requires_confirmation": true,
        "confirmation_token": token(app, room, caller, body, ends),
        "expires_at": iso(ends),
        "preview": preview,
    });
    Ok(Confirmation::Preview(json_response(StatusCode::CREATED, &response)))
}

/// Runs `make` if the token permits it. A token permits one execution, whatever the idempotency
/// key: with a second one the money would move twice. It is called after the key was looked up,
/// because a replay must not depend on the token's age.
///
/// # Errors
/// When the token is not one of this body, is too old or was used, or when `make` fails.
pub(super) fn execute(
    app: &App,
    room: &str,
    caller: &Caller,
    body: &Value,
    sent: &str,
    make: impl FnOnce() -> Result<Bytes, ApiError>,
) -> Result<Bytes, ApiError> {
    let now = app.clock.now();
    let ends = sent.split('_').nth(1).and_then(|ends| ends.parse::<Millis>().ok());
    if ends.is_none_or(|at| token(app, room, caller, body, at) != sent) {
        return Err(ApiError::bad_request("confirmation_token is not valid for this body"));
    }
    // Used tokens are kept with the keys, for longer than a token lives. No key of a request
    // starts with a space.
    let scope = (caller.environment, format!(" {sent}"));
    if !matches!(app.keys().begin(&scope, [0; 32], now), KeyState::First) {
        return Err(ApiError::bad_request("confirmation_token has been used"));
    }
    let made = match ends.is_some_and(|at| at > now) {
        true => make(),
        false => Err(ApiError::bad_request("confirmation_token has expired")),
    };
    match &made {
        Ok(_) => app.keys().finish(&scope, &Bytes::new()),
        Err(_) => app.keys().release(&scope),
    }
    made
}

/// A token that is valid for one body until a time. Nothing is stored: it is a signature.
fn token(app: &App, room: &str, caller: &Caller, body: &Value, ends: Millis) -> String {
    let fingerprint = idempotency::fingerprint(body);
    let text = format!("{room} {} {ends} {fingerprint:?}", caller.environment.word());
    let signature = sign(&app.identity.webhook_secret, text.as_bytes());
    format!("confirm_{ends}_{signature}")
}
