//! `/_sandbox`: what a test does in the buyer's, the provider's and the clock's place.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::generation::Generation;
use crate::middleware::caller::RequestId;
use crate::payments::{Order, Outcome, PayError, State as AttemptState, providers};
use crate::schema::error::{ApiError, json_response};
use crate::state::app::{App, Shared};
use crate::state::clock::{iso, parse_iso, parse_span};
use crate::state::faults::Rule;
use crate::state::sessions::Session;
use crate::webhooks::deliver_now;

const MAX_BODY: usize = 64 * 1024;

/// The routes.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sandbox/sessions/{id}/{action}", post(session_action))
        .route("/_sandbox/clock", get(clock).post(move_clock))
        .route("/_sandbox/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/_sandbox/deliveries", get(deliveries))
        .route("/_sandbox/deliveries/{seq}/redeliver", post(redeliver))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/blocking-invoices", post(block_customer))
}

fn refuse(error: ApiError) -> Response {
    error.respond(Generation::D, RequestId::of(&HeaderMap::new()).as_str())
}

/// JSON for programs; back to the console for its buttons.
fn done(headers: &HeaderMap, body: &Value) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    if accept.is_some_and(|a| a.contains("text/html")) {
        Redirect::to("/_sandbox").into_response()
    } else {
        json_response(StatusCode::OK, body)
    }
}

/// A JSON object or a form; empty when there is no body.
async fn read(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, ApiError> {
    let bytes = Limited::new(body, MAX_BODY).collect().await;
    let bytes = bytes.map_err(|_| ApiError::too_large())?.to_bytes();
    let form = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if bytes.is_empty() {
        Ok(Map::new())
    // `curl -d` calls everything a form.
    } else if form && !bytes.starts_with(b"{") {
        let pairs = form_urlencoded::parse(&bytes);
        Ok(pairs.map(|(k, v)| (k.into_owned(), Value::from(v))).collect())
    } else {
        serde_json::from_slice(&bytes)
            .map_err(|e| ApiError::bad_request(format!("Not a JSON object: {e}")))
    }
}

async fn session_action(
    State(app): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let acted = async {
        let body = read(&headers, body).await?;
        let unknown = || ApiError::no_session(&id);
        let uuid: Uuid = id.parse().map_err(|_| unknown())?;
        act(&app, uuid, &action, &body).map_err(|error| match error {
            Refusal::Action => {
                ApiError::not_found(format!("No action {action}: use pay, fail, pending or expire"))
            }
            Refusal::Pay(PayError::Unknown) => unknown(),
            Refusal::Pay(PayError::NotOpen(status)) => {
                ApiError::conflict(format!("Checkout session {id} is {status:?}").to_lowercase())
            }
            Refusal::Pay(PayError::NothingPending) => {
                ApiError::conflict(format!("Checkout session {id} has no pending payment"))
            }
        })
    };
    match acted.await {
        Ok(session) => {
            let body = json!({
                "session": app.session_value(&session),
                "transaction": session.attempt.is_some().then(|| app.transaction(&session)),
            });
            done(&headers, &body)
        }
        Err(error) => refuse(error),
    }
}

enum Refusal {
    Action,
    Pay(PayError),
}

impl From<PayError> for Refusal {
    fn from(error: PayError) -> Self {
        Self::Pay(error)
    }
}

fn act(app: &App, id: Uuid, action: &str, body: &Map<String, Value>) -> Result<Session, Refusal> {
    let begin_unless_pending = |always: bool| -> Result<Option<Session>, PayError> {
        let session = app.store().get(id).cloned().ok_or(PayError::Unknown)?;
        let pending = session.attempt.as_ref().is_some_and(|a| a.state == AttemptState::Pending);
        if pending && !always {
            return Ok(None);
        }
        let asked = body.get("provider").and_then(Value::as_str).map(str::to_ascii_uppercase);
        let first = providers(&session.input()).first().copied().unwrap_or("WAVE");
        let provider = asked.unwrap_or_else(|| first.to_owned());
        app.begin_payment(id, Order { provider, ..Order::default() }).map(Some)
    };
    match action {
        "pay" => {
            begin_unless_pending(false)?;
            Ok(app.settle(id, Outcome::Succeeded)?)
        }
        "fail" => {
            begin_unless_pending(false)?;
            Ok(app.settle(id, Outcome::Failed("refused"))?)
        }
        "pending" => begin_unless_pending(true)?.ok_or(Refusal::Pay(PayError::Unknown)),
        "expire" => Ok(app.expire(id)?),
        _ => Err(Refusal::Action),
    }
}

async fn clock(State(app): State<Shared>) -> Response {
    json_response(StatusCode::OK, &clock_body(&app, None))
}

fn clock_body(app: &App, expired: Option<usize>) -> Value {
    let (_, stopped) = app.clock.state();
    json!({"now": iso(app.clock.now()), "frozen": stopped.is_some(), "expired": expired})
}

async fn move_clock(State(app): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let moved = read(&headers, body).await.and_then(|body| turn(&app, &body));
    if let Err(error) = moved {
        return refuse(error);
    }
    app.keep_clock();
    let expired = app.expire_due();
    app.wake.notify_one();
    app.changed();
    done(&headers, &clock_body(&app, Some(expired)))
}

fn turn(app: &App, body: &Map<String, Value>) -> Result<(), ApiError> {
    let usage = "Send {\"advance\": \"61m\"}, {\"set\": \"2026-01-01T00:00:00Z\"}, \
                 {\"freeze\": true}, {\"freeze\": false} or {\"real\": true}";
    let wrong = || ApiError::bad_request(usage);
    if body.is_empty() {
        return Err(wrong());
    }
    for (name, value) in body {
        let yes = match value {
            Value::Bool(yes) => Some(*yes),
            Value::String(text) => Some(text == "true"),
            _ => None,
        };
        match name.as_str() {
            "advance" => {
                let span = value.as_str().and_then(parse_span).ok_or_else(wrong)?;
                app.clock.advance(span);
            }
            "set" => app.clock.set(value.as_str().and_then(parse_iso).ok_or_else(wrong)?),
            "freeze" => app.clock.freeze(yes.ok_or_else(wrong)?),
            "real" => app.clock.real(),
            _ => return Err(wrong()),
        }
    }
    Ok(())
}

async fn faults(State(app): State<Shared>) -> Response {
    json_response(StatusCode::OK, &json!({"faults": app.faults().describe()}))
}

async fn add_fault(State(app): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let rule = read(&headers, body)
        .await
        .and_then(|body| Rule::read(&body).map_err(ApiError::bad_request));
    match rule {
        Ok(rule) => {
            app.faults().add(rule);
            done(&headers, &json!({"faults": app.faults().describe()}))
        }
        Err(error) => refuse(error),
    }
}

async fn clear_faults(State(app): State<Shared>) -> Response {
    app.faults().clear();
    json_response(StatusCode::OK, &json!({"faults": []}))
}

async fn deliveries(State(app): State<Shared>) -> Response {
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
                "attempts": d.tries.iter().map(|t| t.row(d, &app)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json_response(StatusCode::OK, &json!({"deliveries": rows}))
}

async fn redeliver(
    State(app): State<Shared>,
    Path(seq): Path<u64>,
    headers: HeaderMap,
) -> Response {
    let found = app.webhooks().log.get(seq).cloned();
    let Some(delivery) = found else {
        return refuse(ApiError::not_found(format!("No delivery {seq}")));
    };
    let stored = delivery.tries.last().map(|t| t.payload.clone());
    let sent = deliver_now(&app, &delivery, stored).await;
    done(
        &headers,
        &json!({"delivery": seq, "response_status": sent.status, "response_body": sent.body}),
    )
}

async fn requests(State(app): State<Shared>) -> Response {
    let seen = app.requests();
    let rows: Vec<Value> = seen.newest_first().map(|r| r.row()).collect();
    json_response(StatusCode::OK, &json!({"requests": rows}))
}

async fn block_customer(State(app): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    match read(&headers, body).await {
        Ok(body) => match body.get("customer_id").and_then(Value::as_str) {
            Some(id) => {
                let blocked = body.get("blocked").and_then(Value::as_bool).unwrap_or(true);
                app.block(id, blocked);
                done(&headers, &json!({"customer_id": id, "blocked": blocked}))
            }
            None => refuse(ApiError::bad_request("customer_id is required")),
        },
        Err(error) => refuse(error),
    }
}
