//! Webhook endpoints and their delivery log, under `/webhooks` and, as the generated SDKs spell
//! it, `/v1/webhooks`.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use uuid::Uuid;

use super::listing::Params;
use super::read_json;
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::error::{ApiError, Problem, json_response};
use crate::state::app::{App, Shared};
use crate::webhooks::{Endpoint, deliver_now};

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    let mut router = Router::new();
    for base in ["/webhooks", "/v1/webhooks"] {
        let one = get(retrieve).patch(update).delete(remove);
        router = router
            .route(base, get(list).post(create))
            .route(&format!("{base}/{{id}}"), one)
            .route(&format!("{base}/{{id}}/test"), post(test))
            .route(&format!("{base}/{{id}}/logs/{{log_id}}/retry"), post(retry));
    }
    for base in ["/webhook-delivery-logs", "/v1/webhook_delivery_logs", "/webhooks/deliveries"] {
        router = router.route(base, get(logs)).route(&format!("{base}/{{id}}"), get(log));
    }
    router
}

async fn create(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let made = async {
        let body = read_json(&headers, body).await?;
        let now = app.clock.now();
        let secret = format!("whsec_{}", Uuid::new_v4().simple());
        let mut endpoint = Endpoint::of_options("", &secret, now);
        endpoint.environment = caller.environment;
        let mut problems = apply(&mut endpoint, &body);
        for name in ["url", "authorized_events"] {
            if body.get(name).is_none_or(Value::is_null) && caller.generation != Generation::C {
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
        let row = endpoint.row(&app, &webhooks.log);
        webhooks.add(endpoint);
        Ok((row, secret))
    };
    match made.await {
        // The only answer that ever carries the secret.
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

/// Puts the fields of a body into an endpoint and says which are wrong.
fn apply(endpoint: &mut Endpoint, body: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let sent = |name: &str| body.get(name).filter(|v| !v.is_null());
    if let Some(url) = sent("url") {
        match url.as_str().filter(|u| crate::schema::validate::is_url(u)) {
            Some(url) => url.clone_into(&mut endpoint.url),
            None => problems.push(Problem::new("url", "must be an absolute http or https URL")),
        }
    }
    // Typed as a string in some documents, an array in fact.
    match sent("authorized_events") {
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

fn find(app: &App, caller: &Caller, id: &str) -> Result<Endpoint, ApiError> {
    let webhooks = app.webhooks();
    let endpoint = id.parse().ok().and_then(|id| webhooks.endpoint(id));
    let endpoint = endpoint.filter(|e| e.environment == caller.environment).cloned();
    endpoint.ok_or_else(|| ApiError::not_found(format!("Webhook with ID {id} not found")))
}

async fn list(State(app): State<Shared>, caller: Caller, RawQuery(query): RawQuery) -> Response {
    let webhooks = app.webhooks();
    let mine = webhooks.endpoints.iter().filter(|e| e.environment == caller.environment);
    let rows: Vec<Value> = mine.map(|e| e.row(&app, &webhooks.log)).collect();
    page(&caller, query.as_deref().unwrap_or_default(), rows, 20)
}

/// Rows in the generation's list envelope.
fn page(caller: &Caller, query: &str, rows: Vec<Value>, default: u64) -> Response {
    let bounds = Params::read(query).and_then(|params| {
        let limit = params.number("limit", default, 1, u64::MAX)?;
        Ok((limit, params.number("offset", 0, 0, u64::MAX)?))
    });
    let (limit, offset) = match bounds {
        Ok(bounds) => bounds,
        Err(error) => return caller.refuse(error),
    };
    let total = rows.len();
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let shown: Vec<Value> = rows.into_iter().skip(size(offset)).take(size(limit)).collect();
    let body = match caller.generation {
        Generation::C => json!({
            "data": shown,
            "pagination": {"limit": limit, "offset": offset, "total": total},
        }),
        Generation::E => {
            let has_more = offset.saturating_add(limit) < total as u64;
            json!({"object": "list", "data": shown, "has_more": has_more, "next_cursor": null, "limit": limit})
        }
        _ => Value::Array(shown),
    };
    json_response(StatusCode::OK, &body)
}

async fn retrieve(State(app): State<Shared>, caller: Caller, Path(id): Path<String>) -> Response {
    match find(&app, &caller, &id) {
        Ok(endpoint) => json_response(StatusCode::OK, &endpoint.row(&app, &app.webhooks().log)),
        Err(error) => caller.refuse(error),
    }
}

async fn update(
    State(app): State<Shared>,
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
        let row = endpoint.row(&app, &webhooks.log);
        webhooks.replace(endpoint);
        Ok(row)
    };
    match updated.await {
        Ok(row) => json_response(StatusCode::OK, &row),
        Err(error) => caller.refuse(error),
    }
}

async fn remove(State(app): State<Shared>, caller: Caller, Path(id): Path<String>) -> Response {
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

async fn test(State(app): State<Shared>, caller: Caller, Path(id): Path<String>) -> Response {
    let endpoint = match find(&app, &caller, &id) {
        Ok(endpoint) => endpoint,
        Err(error) => return caller.refuse(error),
    };
    let event_id = Uuid::new_v4();
    let data = json!({"webhook_id": endpoint.id, "message": "Test event"});
    let delivery = app.webhooks().log.queue(&endpoint, "test.webhook", event_id, data, None);
    let sent = deliver_now(&app, &delivery, None).await;
    json_response(StatusCode::OK, &outcome(event_id, &sent))
}

async fn retry(
    State(app): State<Shared>,
    caller: Caller,
    Path((id, log_id)): Path<(String, String)>,
) -> Response {
    let found = find(&app, &caller, &id).and_then(|endpoint| {
        let webhooks = app.webhooks();
        let mut tries = webhooks.log.tries(caller.environment);
        let hit =
            tries.find(|(d, t)| d.webhook_id == endpoint.id && t.log_id.to_string() == log_id);
        hit.map(|(d, t)| (d.clone(), t.payload.clone()))
            .ok_or_else(|| ApiError::not_found(format!("Delivery log {log_id} not found")))
    });
    match found {
        Ok((delivery, payload)) => {
            let sent = deliver_now(&app, &delivery, Some(payload)).await;
            json_response(StatusCode::OK, &outcome(delivery.event_id, &sent))
        }
        Err(error) => caller.refuse(error),
    }
}

fn outcome(event_id: Uuid, sent: &crate::webhooks::Sent) -> Value {
    json!({
        "delivered": sent.status.is_some_and(|s| (200..300).contains(&s)),
        "response_status": sent.status,
        "response_body": sent.body,
        "event_id": event_id,
    })
}

async fn logs(State(app): State<Shared>, caller: Caller, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let params = match Params::read(&query) {
        Ok(params) => params,
        Err(error) => return caller.refuse(error),
    };
    let (wanted, failed) = (params.get("webhookId"), params.get("failedOnly") == Some("true"));
    let succeeded = params.get("successOnly") == Some("true");
    let webhooks = app.webhooks();
    let rows = webhooks
        .log
        .tries(caller.environment)
        .filter(|(d, _)| wanted.is_none_or(|id| d.webhook_id.to_string() == id))
        .filter(|(_, t)| (!failed || !t.success()) && (!succeeded || t.success()))
        .map(|(d, t)| t.row(d, &app))
        .collect();
    page(&caller, &query, rows, 25)
}

async fn log(State(app): State<Shared>, caller: Caller, Path(id): Path<String>) -> Response {
    let webhooks = app.webhooks();
    let mut tries = webhooks.log.tries(caller.environment);
    match tries.find(|(_, t)| t.log_id.to_string() == id) {
        Some((delivery, found)) => json_response(StatusCode::OK, &found.row(delivery, &app)),
        None => caller.refuse(ApiError::not_found(format!("Delivery log {id} not found"))),
    }
}
