//! Webhook endpoints and their delivery log as the API shows them.

use serde_json::{Value, json};

use crate::state::app::App;
use crate::state::deliveries::{Delivery, DeliveryAttempt, DeliveryLog};
use crate::state::endpoints::Endpoint;
use crate::state::time::iso;

/// `User-Agent` of deliveries.
pub(crate) const WEBHOOK_USER_AGENT: &str = "Lomi-Webhook/1.0";

/// An endpoint, without its secret.
pub(crate) fn endpoint_row(app: &App, endpoint: &Endpoint, log: &DeliveryLog) -> Value {
    let last = log.last_attempt(endpoint.id);
    json!({
        "webhook_id": endpoint.id,
        "id": endpoint.id,
        "organization_id": app.identity.organization_id,
        "environment": endpoint.environment.word(),
        "url": endpoint.url,
        "authorized_events": endpoint.events,
        "events": endpoint.events,
        "is_active": endpoint.active,
        "active": endpoint.active,
        "description": endpoint.description,
        "metadata": endpoint.metadata,
        "supports_spi": false,
        "spi_event_types": [],
        "retry_count": last.map_or(0, |a| a.number.saturating_sub(1)),
        "last_triggered_at": last.map(|a| iso(a.at)),
        "last_response_status": last.and_then(|a| a.status),
        "last_response_body": last.map(|a| a.body.as_str()),
        "last_payload": last.and_then(|a| serde_json::from_str::<Value>(&a.payload).ok()),
        "created_by": app.identity.user_id,
        "created_at": iso(endpoint.created_at),
        "updated_at": iso(endpoint.updated_at),
        "deleted_at": null,
    })
}

/// One attempt of a delivery, as a row of the delivery log.
pub(crate) fn attempt_row(app: &App, delivery: &Delivery, attempt: &DeliveryAttempt) -> Value {
    json!({
        "log_id": attempt.log_id,
        "webhook_id": delivery.webhook_id,
        "organization_id": app.identity.organization_id,
        "event_type": delivery.event,
        "payload": serde_json::from_str::<Value>(&attempt.payload).unwrap_or(Value::Null),
        "response_status": attempt.status,
        "response_body": attempt.body,
        "attempt_number": attempt.number,
        "success": attempt.success(),
        "headers": {"X-Lomi-Signature": attempt.signature, "X-Lomi-Event": delivery.event},
        "user_agent": WEBHOOK_USER_AGENT,
        "ip_address": "127.0.0.1",
        "request_duration_ms": attempt.milliseconds,
        "next_attempt_at": delivery.next_at.map(iso),
        "created_at": iso(attempt.at),
    })
}
