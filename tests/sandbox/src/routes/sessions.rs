//! Get, update and delete of checkout sessions.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::read_json;
use super::notice::{notice, with_notice};
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::payments::catalogue::reprice;
use crate::schema::error::ApiError;
use crate::schema::responses::json_bytes;
use crate::schema::session::session_body;
use crate::schema::validate::checked_update;
use crate::state::app::{App, SharedApp};
use crate::state::sessions::Status;
use crate::state::time::parse_iso;

/// GET of one session.
pub(super) async fn retrieve(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    let found = (|| {
        let uuid = session_id(caller.generation, &id)?;
        let now = app.clock.now();
        let session = app.sessions().of(caller.environment, uuid).cloned();
        let session = session.ok_or_else(|| ApiError::no_session(&id))?;
        session_body(&app, caller.generation, &session, now)
    })();
    match found {
        Ok(body) => json_bytes(StatusCode::OK, body),
        Err(error) => caller.refuse(error),
    }
}

/// PATCH of one session.
pub(super) async fn update(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let updated = async {
        let uuid = session_id(caller.generation, &id)?;
        let body = read_json(&headers, body).await?;
        let notice = notice(caller.generation, &body);
        let changes = checked_update(caller.generation, body)?;
        let changed = change(&app, &caller, uuid, changes);
        Ok((changed.ok_or_else(|| ApiError::no_session(&id))??, notice))
    };
    match updated.await {
        Ok((body, notice)) => with_notice(json_bytes(StatusCode::OK, body), notice),
        Err(error) => caller.refuse(error),
    }
}

fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    changes: Map<String, Value>,
) -> Option<Result<Bytes, ApiError>> {
    let now = app.clock.now();
    let mut sessions = app.sessions();
    let mut session = sessions.of(caller.environment, id)?.clone();
    let mut input = session.input();
    let prices = ["amount", "price_id", "product_id", "quantity", "currency_code"];
    let is_priced = prices.iter().any(|name| changes.contains_key(*name));
    let amount_sent = changes.contains_key("amount");
    for (name, value) in changes {
        match (name.as_str(), value.as_str()) {
            // Documented as writable, but a session with a changed id could not be found again.
            ("checkout_session_id", _) => {}
            ("status", word) => {
                session.status = word.and_then(Status::from_word).unwrap_or(session.status);
            }
            ("expires_at", at) => {
                session.expires_at = at.and_then(parse_iso).unwrap_or(session.expires_at);
            }
            // Either name of the description replaces the other.
            ("description" | "public_description", text) => {
                input.remove("description");
                input.remove("public_description");
                if text.is_some() {
                    input.insert(name, value);
                }
            }
            _ if value.is_null() => {
                input.remove(&name);
            }
            _ => {
                input.insert(name, value);
            }
        }
    }
    if is_priced
        && let Err(error) = reprice(&app.objects(), caller.environment, &mut input, amount_sent)
    {
        return Some(Err(error));
    }
    session.updated_at = now;
    session.set_input(&input);
    let body = session_body(app, caller.generation, &session, now);
    if body.is_ok() {
        sessions.replace(session);
    }
    Some(body)
}

/// DELETE of one session.
pub(super) async fn delete(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    match session_id(caller.generation, &id) {
        Ok(uuid) if app.sessions().remove(caller.environment, uuid) => {
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(_) => caller.refuse(ApiError::no_session(&id)),
        Err(error) => caller.refuse(error),
    }
}

fn session_id(generation: Generation, text: &str) -> Result<Uuid, ApiError> {
    // Only the hyphenated form, which is the one in responses; the parser accepts others.
    let parsed = text.parse().ok().filter(|_| text.len() == 36);
    parsed.ok_or_else(|| match generation {
        Generation::D | Generation::E if text.contains("CHECKOUT_SESSION_ID") => {
            ApiError::bad_request(format!(
                "{text} is a placeholder: put the checkout_session_id in its place"
            ))
        }
        Generation::D | Generation::E => {
            ApiError::bad_request(format!("Invalid checkout session ID: {text}"))
        }
        Generation::A | Generation::B | Generation::C => ApiError::no_session(text),
    })
}
