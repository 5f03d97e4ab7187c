//! Create of a checkout session.

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::read_json;
use super::keyed::KeyedRequest;
use super::notice::{notice, with_notice};
use super::payment_required::payment_required;
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::middleware::faults::DelayWhileReserved;
use crate::payments::catalogue::apply_prices;
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::schema::session::session_body;
use crate::schema::validate::checked_input;
use crate::state::app::{App, SharedApp};
use crate::state::idempotency;
use crate::state::sessions::{Session, Status};
use crate::state::time::{MINUTE, Millis, parse_iso};

/// POST of the collection.
pub(super) async fn create(
    State(app): State<SharedApp>,
    caller: Caller,
    delay: Option<Extension<DelayWhileReserved>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match read_json(&headers, body).await {
        Ok(body) => body,
        Err(error) => return caller.refuse(error),
    };
    let notice = notice(caller.generation, &body);
    match create_checked(&app, &caller, delay, &headers, body).await {
        Ok(response) => with_notice(response, notice),
        Err(error) => caller.refuse(error),
    }
}

async fn create_checked(
    app: &App,
    caller: &Caller,
    delay: Option<Extension<DelayWhileReserved>>,
    headers: &HeaderMap,
    body: Value,
) -> Result<Response, ApiError> {
    // As on the server, this response ignores the Idempotency-Key.
    if let Some(body) = payment_required(app, caller, &body) {
        return Ok(json_response(StatusCode::CREATED, &body));
    }
    let fingerprint = idempotency::fingerprint(&body);
    let request = KeyedRequest { app, caller, headers, delay, room: "", fingerprint };
    request.run(|| make(app, caller, body)).await
}

/// Checks the body, stores the session and returns the response body.
fn make(app: &App, caller: &Caller, body: Value) -> Result<Bytes, ApiError> {
    let mut input = checked_input(caller.generation, body)?;
    apply_prices(&app.objects(), caller.environment, &mut input)?;
    let now = app.clock.now();
    let id = chosen_id(&mut input)?;
    let status = take_status(&mut input);
    let expires_at = take_expiry(&mut input, now, caller.generation);
    let mut session = Session::new(id, caller.environment, now, expires_at, &input);
    session.status = status.unwrap_or(Status::Open);
    let response = session_body(app, caller.generation, &session, now)?;
    if app.sessions().insert(session) {
        Ok(response)
    } else {
        Err(ApiError::conflict(format!("Checkout session {id} exists already")))
    }
}

fn chosen_id(input: &mut Map<String, Value>) -> Result<Uuid, ApiError> {
    match input.remove("checkout_session_id") {
        None => Ok(Uuid::new_v4()),
        Some(id) => id
            .as_str()
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| ApiError::bad_request("checkout_session_id must be a UUID")),
    }
}

fn take_status(input: &mut Map<String, Value>) -> Option<Status> {
    input.remove("status")?.as_str().and_then(Status::from_word)
}

fn take_expiry(input: &mut Map<String, Value>, now: Millis, generation: Generation) -> Millis {
    let at = input.remove("expires_at");
    let minutes = input.remove("expiration_minutes");
    let default = if generation == Generation::A { 30 } else { 60 };
    at.as_ref().and_then(Value::as_str).and_then(parse_iso).unwrap_or_else(|| {
        // Fractions of a minute are allowed; the product is far below 2^53.
        let minutes = minutes.and_then(|m| m.as_f64()).unwrap_or_else(|| f64::from(default));
        #[allow(clippy::cast_possible_truncation)]
        now.saturating_add((minutes * MINUTE as f64) as Millis)
    })
}
