//! Webhook endpoints.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::read_json;
use super::rows::page;
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::error::{ApiError, Problem};
use crate::schema::formats::is_url;
use crate::schema::responses::json_response;
use crate::schema::webhooks::endpoint_row;
use crate::state::app::{App, SharedApp};
use crate::state::endpoints::Endpoint;

/// POST of the collection.
pub(super) async fn create(
    State(app): State<SharedApp>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let created = async {
        let mut body = read_json(&headers, body).await?;
        // The newest create has another name for the field than its update.
        let newest = caller.generation == Generation::E;
        if let (true, Some(fields)) = (newest, body.as_object_mut())
            && let Some(events) = fields.remove("events").filter(|events| !events.is_null())
        {
            fields.insert("authorized_events".to_owned(), events);
        }
        let now = app.clock.now();
        let secret = format!("whsec_{}", Uuid::new_v4().simple());
        let mut endpoint = Endpoint::new("", &secret, now);
        endpoint.environment = caller.environment;
        let mut problems = apply(&mut endpoint, &body);
        for name in ["url", "authorized_events"] {
            let is_missing = |name: &str| body.get(name).is_none_or(Value::is_null);
            let is_named = name != "url" && !is_missing("events");
            if is_missing(name) && !is_named && caller.generation != Generation::C {
                let name = if newest && name == "authorized_events" { "events" } else { name };
                problems.push(Problem::new(name, "is required"));
            }
        }
        if endpoint.url.is_empty() && problems.is_empty() {
            problems.push(Problem::new("url", "is required"));
        }
        if !problems.is_empty() {
            return Err(ApiError::invalid(problems));
        }
        let mut webhooks = app.webhooks();
        let row = endpoint_row(&app, &endpoint, &webhooks.log);
        webhooks.add(endpoint);
        Ok((row, secret))
    };
    match created.await {
        // The only response that has the secret.
        Ok((mut row, secret)) if caller.generation == Generation::C => {
            if let Value::Object(row) = &mut row {
                row.insert("verification_token".to_owned(), secret.into());
            }
            json_response(StatusCode::CREATED, &row)
        }
        Ok((row, secret)) => {
            json_response(StatusCode::CREATED, &json!({"data": row, "secret": secret}))
        }
        Err(error) => caller.refuse(error),
    }
}

/// Applies the fields of a body to an endpoint. Returns the problems.
fn apply(endpoint: &mut Endpoint, body: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let sent = |name: &str| body.get(name).filter(|v| !v.is_null());
    if let Some(url) = sent("url") {
        match url.as_str().filter(|u| is_url(u)) {
            Some(url) => url.clone_into(&mut endpoint.url),
            None => problems.push(Problem::new("url", "must be an absolute http or https URL")),
        }
    }
    // A string in some documents, an array on the server. `events` is the newer name on create.
    match sent("events").or_else(|| sent("authorized_events")) {
        None => {}
        Some(Value::String(names)) => {
            endpoint.events = names.split(',').map(|n| n.trim().to_owned()).collect();
        }
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
            endpoint.events = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        Some(_) => {
            problems.push(Problem::new("authorized_events", "must be an array of event names"));
        }
    }
    match sent("is_active") {
        None => {}
        Some(Value::Bool(active)) => endpoint.active = *active,
        Some(_) => problems.push(Problem::new("is_active", "must be a boolean")),
    }
    if let Some(text) = sent("description") {
        endpoint.description = text.clone();
    }
    match sent("metadata") {
        None => {}
        Some(Value::Array(items)) if items.is_empty() => endpoint.metadata = json!({}),
        Some(map @ Value::Object(_)) => endpoint.metadata = map.clone(),
        Some(_) => problems.push(Problem::new("metadata", "must be an object")),
    }
    problems
}

/// GET of the collection.
pub(super) async fn list(
    State(app): State<SharedApp>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    let webhooks = app.webhooks();
    let endpoints = webhooks.endpoints.iter().filter(|e| e.environment == caller.environment);
    let rows: Vec<Value> = endpoints.map(|e| endpoint_row(&app, e, &webhooks.log)).collect();
    page(&caller, query.as_deref().unwrap_or_default(), rows, 20)
}

/// GET of one endpoint.
pub(super) async fn retrieve(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    match find(&app, &caller, &id) {
        Ok(endpoint) => {
            json_response(StatusCode::OK, &endpoint_row(&app, &endpoint, &app.webhooks().log))
        }
        Err(error) => caller.refuse(error),
    }
}

/// PATCH of one endpoint.
pub(super) async fn update(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let updated = async {
        let body = read_json(&headers, body).await?;
        let mut endpoint = find(&app, &caller, &id)?;
        let problems = apply(&mut endpoint, &body);
        if !problems.is_empty() {
            return Err(ApiError::invalid(problems));
        }
        endpoint.updated_at = app.clock.now();
        let mut webhooks = app.webhooks();
        let row = endpoint_row(&app, &endpoint, &webhooks.log);
        webhooks.replace(endpoint);
        Ok(row)
    };
    match updated.await {
        Ok(row) => json_response(StatusCode::OK, &row),
        Err(error) => caller.refuse(error),
    }
}

/// DELETE of one endpoint.
pub(super) async fn remove(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    match find(&app, &caller, &id) {
        Ok(endpoint) => {
            app.webhooks().remove(endpoint.id);
            if caller.generation == Generation::C {
                StatusCode::NO_CONTENT.into_response()
            } else {
                json_response(StatusCode::OK, &json!({"deleted": true}))
            }
        }
        Err(error) => caller.refuse(error),
    }
}

/// An endpoint of the caller's environment.
pub(super) fn find(app: &App, caller: &Caller, id: &str) -> Result<Endpoint, ApiError> {
    let webhooks = app.webhooks();
    let endpoint = id.parse().ok().and_then(|id| webhooks.endpoint(id));
    let endpoint = endpoint.filter(|e| e.environment == caller.environment).cloned();
    endpoint.ok_or_else(|| ApiError::not_found(format!("Webhook with ID {id} not found")))
}
