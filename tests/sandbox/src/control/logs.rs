//! Logs of webhook deliveries and of requests.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::body::{done, refuse};
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::schema::webhooks::attempt_row;
use crate::state::app::SharedApp;
use crate::state::time::iso;
use crate::webhooks::deliver::deliver_now;

/// GET of all deliveries with their attempts.
pub(super) async fn deliveries(State(app): State<SharedApp>) -> Response {
    let webhooks = app.webhooks();
    let rows: Vec<Value> = webhooks
        .log
        .newest_first()
        .map(|d| {
            json!({
                "delivery": d.seq,
                "webhook_id": d.webhook_id,
                "url": d.url,
                "event": d.event,
                "event_id": d.event_id,
                "delivered": d.delivered,
                "next_attempt_at": d.next_at.map(iso),
                "attempts": d.attempts.iter().map(|a| attempt_row(&app, d, a)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json_response(StatusCode::OK, &json!({"deliveries": rows}))
}

/// POST: sends the last payload of a delivery again.
pub(super) async fn redeliver(
    State(app): State<SharedApp>,
    Path(seq): Path<u64>,
    headers: HeaderMap,
) -> Response {
    let found = app.webhooks().log.get(seq).cloned();
    let Some(delivery) = found else {
        return refuse(ApiError::not_found(format!("There is no delivery {seq}")));
    };
    let stored = delivery.attempts.last().map(|a| a.payload.clone());
    let sent = deliver_now(&app, &delivery, stored).await;
    done(
        &headers,
        &json!({"delivery": seq, "response_status": sent.status, "response_body": sent.body}),
    )
}

/// GET of the last requests.
pub(super) async fn requests(State(app): State<SharedApp>) -> Response {
    let log = app.requests();
    let rows: Vec<Value> = log.newest_first().map(|r| r.row()).collect();
    json_response(StatusCode::OK, &json!({"requests": rows}))
}
