//! The clock: shown, moved, stopped.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::body::{done, read, refuse};
use crate::payments::due::{DueWork, apply_clock_change};
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::state::app::{App, SharedApp};
use crate::state::time::{iso, parse_duration, parse_iso};

/// GET of the clock.
pub(super) async fn show(State(app): State<SharedApp>) -> Response {
    json_response(StatusCode::OK, &clock_body(&app, None))
}

fn clock_body(app: &App, done: Option<DueWork>) -> Value {
    let (_, stopped) = app.clock.state();
    json!({"now": iso(app.clock.now()), "frozen": stopped.is_some(), "expired": done.map(|d| d.expired), "renewed": done.map(|d| d.renewed), "settled": done.map(|d| d.settled)})
}

/// POST of a change of the clock.
pub(super) async fn change(
    State(app): State<SharedApp>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let changed = read(&headers, body).await.and_then(|body| apply(&app, &body));
    if let Err(error) = changed {
        return refuse(error);
    }
    let work = apply_clock_change(&app);
    done(&headers, &clock_body(&app, Some(work)))
}

fn apply(app: &App, body: &Map<String, Value>) -> Result<(), ApiError> {
    let usage = "Send {\"advance\": \"61m\"}, {\"set\": \"2026-01-01T00:00:00Z\"}, \
                 {\"freeze\": true}, {\"freeze\": false} or {\"real\": true}";
    let wrong = || ApiError::bad_request(usage);
    if body.is_empty() {
        return Err(wrong());
    }
    for (name, value) in body {
        let flag = match value {
            Value::Bool(yes) => Some(*yes),
            Value::String(text) => Some(text == "true"),
            _ => None,
        };
        match name.as_str() {
            "advance" => {
                let by = value.as_str().and_then(parse_duration).ok_or_else(wrong)?;
                app.clock.advance(by);
            }
            "set" => app.clock.set(value.as_str().and_then(parse_iso).ok_or_else(wrong)?),
            "freeze" => app.clock.freeze(flag.ok_or_else(wrong)?),
            "real" => app.clock.real(),
            _ => return Err(wrong()),
        }
    }
    Ok(())
}
