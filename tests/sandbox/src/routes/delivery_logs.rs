//! The delivery log of webhooks, test events and redeliveries.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use super::endpoints::find;
use super::query::Params;
use super::rows::page;
use crate::middleware::caller::Caller;
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::schema::webhooks::attempt_row;
use crate::state::app::{App, SharedApp};
use crate::webhooks::deliver::deliver_now;
use crate::webhooks::send::SendResult;

/// POST of `/test`: sends a test event.
pub(super) async fn test(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
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

/// POST of `/retry`: sends a stored payload again.
pub(super) async fn retry(
    State(app): State<SharedApp>,
    caller: Caller,
    Path((id, log_id)): Path<(String, String)>,
) -> Response {
    let found = find(&app, &caller, &id).and_then(|endpoint| {
        let webhooks = app.webhooks();
        let mut attempts = webhooks.log.attempts(caller.environment);
        let hit =
            attempts.find(|(d, a)| d.webhook_id == endpoint.id && a.log_id.to_string() == log_id);
        hit.map(|(d, a)| (d.clone(), a.payload.clone()))
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

fn outcome(event_id: Uuid, sent: &SendResult) -> Value {
    json!({
        "delivered": sent.status.is_some_and(|s| (200..300).contains(&s)),
        "response_status": sent.status,
        "response_body": sent.body,
        "event_id": event_id,
    })
}

/// GET of the delivery log.
pub(super) async fn list(
    State(app): State<SharedApp>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let params = match Params::parse(&query) {
        Ok(params) => params,
        Err(error) => return caller.refuse(error),
    };
    let is_set = |name| params.get(name) == Some("true");
    let (failed, succeeded) = (is_set("failedOnly"), is_set("successOnly"));
    rows(&app, &caller, &query, params.get("webhookId"), [failed, succeeded])
}

/// GET of the delivery log of one endpoint.
pub(super) async fn list_of_endpoint(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let params = find(&app, &caller, &id).and_then(|_| Params::parse(&query));
    match params {
        Ok(params) => {
            let only = ["failed", "success"].map(|name| params.get(name) == Some("true"));
            rows(&app, &caller, &query, Some(&id), only)
        }
        Err(error) => caller.refuse(error),
    }
}

fn rows(
    app: &App,
    caller: &Caller,
    query: &str,
    webhook_id: Option<&str>,
    [failed, succeeded]: [bool; 2],
) -> Response {
    let webhooks = app.webhooks();
    let rows = webhooks
        .log
        .attempts(caller.environment)
        .filter(|(d, _)| webhook_id.is_none_or(|id| d.webhook_id.to_string() == id))
        .filter(|(_, a)| (!failed || !a.success()) && (!succeeded || a.success()))
        .map(|(d, a)| attempt_row(app, d, a))
        .collect();
    page(caller, query, rows, 25)
}

/// GET of one attempt.
pub(super) async fn retrieve(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    let webhooks = app.webhooks();
    let mut attempts = webhooks.log.attempts(caller.environment);
    match attempts.find(|(_, a)| a.log_id.to_string() == id) {
        Some((delivery, attempt)) => {
            json_response(StatusCode::OK, &attempt_row(&app, delivery, attempt))
        }
        None => caller.refuse(ApiError::not_found(format!("Delivery log {id} not found"))),
    }
}
