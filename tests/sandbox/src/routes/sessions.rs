//! Create, get, update and delete of checkout sessions.

use axum::body::Body;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{invoices, listing, read_json};
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::middleware::observe::Slow;
use crate::schema::error::{ApiError, json_bytes, json_response};
use crate::schema::session::Rendered;
use crate::schema::validate::{checked_input, checked_update, ignored_names};
use crate::state::app::{App, Shared};
use crate::state::clock::{self, MINUTE, Millis};
use crate::state::idempotency::{self, Verdict};
use crate::state::request_log::NOTICE_HEADER;
use crate::state::sessions::{Session, Status};

/// POST of the collection.
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    slow: Option<Extension<Slow>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match read_json(&headers, body).await {
        Ok(body) => body,
        Err(error) => return caller.refuse(error),
    };
    let notice = notice(caller.generation, &body);
    match create_checked(&app, &caller, slow, &headers, body).await {
        Ok(response) => with_notice(response, notice),
        Err(error) => caller.refuse(error),
    }
}

async fn create_checked(
    app: &App,
    caller: &Caller,
    slow: Option<Extension<Slow>>,
    headers: &HeaderMap,
    body: Value,
) -> Result<Response, ApiError> {
    // As on the server, this answer does not look at the key.
    if let Some(answer) = invoices::payment_required(app, caller, &body) {
        return Ok(json_response(StatusCode::CREATED, &answer));
    }
    let key = headers.get("idempotency-key").and_then(|v| v.to_str().ok());
    let Some(key) = key.and_then(idempotency::normal_key) else {
        wait(slow).await;
        return Ok(json_bytes(StatusCode::CREATED, make(app, caller, body)?));
    };
    let scope = (caller.environment, key);
    let fingerprint = idempotency::fingerprint(&body);
    match app.keys().begin(&scope, fingerprint, app.clock.now()) {
        Verdict::Reused => return Err(ApiError::key_reused()),
        Verdict::InProgress => return Err(ApiError::key_in_progress()),
        Verdict::Replay(answer) => {
            let mut response = json_bytes(StatusCode::CREATED, answer);
            let hit = HeaderValue::from_static("true");
            response.headers_mut().insert("idempotency-cache-hit", hit);
            // By the sandbox's own clock, so that a client can tell that the session is over.
            if let Ok(date) = HeaderValue::from_str(&clock::http_date(app.clock.now())) {
                response.headers_mut().insert("date", date);
            }
            return Ok(response);
        }
        Verdict::First => {}
    }
    let mut reserved = Reserved { app, scope: Some(scope) };
    wait(slow).await;
    let answer = make(app, caller, body)?;
    if let Some(scope) = reserved.scope.take() {
        app.keys().finish(&scope, &answer);
    }
    Ok(json_bytes(StatusCode::CREATED, answer))
}

/// What to say of a body's fields that are not read.
fn notice(generation: Generation, body: &Value) -> Option<HeaderValue> {
    let names = ignored_names(generation, body);
    let names: Vec<String> =
        names.iter().take(20).map(|name| name.escape_default().take(64).collect()).collect();
    let text = format!(
        "ignored, as generation {} does not read it: {}",
        generation.letter(),
        names.join(", ")
    );
    HeaderValue::from_str(&text).ok().filter(|_| !names.is_empty())
}

fn with_notice(mut response: Response, notice: Option<HeaderValue>) -> Response {
    if let Some(notice) = notice {
        response.headers_mut().insert(NOTICE_HEADER, notice);
    }
    response
}

async fn wait(slow: Option<Extension<Slow>>) {
    if let Some(Extension(Slow(time))) = slow {
        tokio::time::sleep(time).await;
    }
}

/// A reserved key. Nothing was made unless it has been taken out: the corrected request, or the
/// next one after a client that went away, may use the key.
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

/// Checks the body, stores the session and writes the answer.
fn make(app: &App, caller: &Caller, body: Value) -> Result<Bytes, ApiError> {
    let mut input = checked_input(caller.generation, body)?;
    let now = app.clock.now();
    let id = chosen_id(&mut input)?;
    let status = take_status(&mut input);
    let expires_at = take_expiry(&mut input, now, caller.generation);
    let mut session = Session::new(id, caller.environment, now, expires_at, &input);
    session.status = status.unwrap_or(Status::Open);
    let answer = write_one(app, caller.generation, &session, now)?;
    if app.store().insert(session) {
        Ok(answer)
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
    at.as_ref().and_then(Value::as_str).and_then(clock::parse_iso).unwrap_or_else(|| {
        // Fractions of a minute are allowed; the product is far below 2^53.
        let minutes = minutes.and_then(|m| m.as_f64()).unwrap_or_else(|| f64::from(default));
        #[allow(clippy::cast_possible_truncation)]
        now.saturating_add((minutes * MINUTE as f64) as Millis)
    })
}

/// GET of one session.
pub(super) async fn retrieve(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    let found = (|| {
        let uuid = session_id(caller.generation, &id)?;
        let now = app.clock.now();
        let session = app.store().of(caller.environment, uuid).cloned();
        let session = session.ok_or_else(|| ApiError::no_session(&id))?;
        write_one(&app, caller.generation, &session, now)
    })();
    match found {
        Ok(body) => json_bytes(StatusCode::OK, body),
        Err(error) => caller.refuse(error),
    }
}

/// PATCH of one session.
pub(super) async fn update(
    State(app): State<Shared>,
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
    let mut store = app.store();
    let mut session = store.of(caller.environment, id)?.clone();
    let mut input = session.input();
    for (name, value) in changes {
        match (name.as_str(), value.as_str()) {
            // Documented as settable, but an id that moved would be lost to everyone.
            ("checkout_session_id", _) => {}
            ("status", word) => {
                session.status = word.and_then(Status::from_word).unwrap_or(session.status);
            }
            ("expires_at", at) => {
                session.expires_at = at.and_then(clock::parse_iso).unwrap_or(session.expires_at);
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
    session.updated_at = now;
    session.set_input(&input);
    let answer = write_one(app, caller.generation, &session, now);
    if answer.is_ok() {
        store.replace(session);
    }
    Some(answer)
}

/// DELETE of one session.
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    match session_id(caller.generation, &id) {
        Ok(uuid) if app.store().remove(caller.environment, uuid) => {
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(_) => caller.refuse(ApiError::no_session(&id)),
        Err(error) => caller.refuse(error),
    }
}

/// GET of the collection.
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    match listing::page(&app, &caller, query.as_deref().unwrap_or_default()) {
        Ok(body) => json_bytes(StatusCode::OK, body),
        Err(error) => caller.refuse(error),
    }
}

fn session_id(generation: Generation, text: &str) -> Result<Uuid, ApiError> {
    // Only the hyphenated form: the others that a parser takes are not what was handed out.
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

fn write_one(
    app: &App,
    generation: Generation,
    session: &Session,
    now: Millis,
) -> Result<Bytes, ApiError> {
    let rendered = Rendered { generation, app, session, now };
    let written = if generation == Generation::A {
        serde_json::to_vec(&json!({ "data": rendered }))
    } else {
        serde_json::to_vec(&rendered)
    };
    written.map(Bytes::from).map_err(|e| ApiError::bad_request(e.to_string()))
}
