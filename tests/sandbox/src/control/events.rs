//! An event of any kind, sent to the endpoints that receive it.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::body::{done, read, refuse};
use crate::schema::error::ApiError;
use crate::state::app::SharedApp;
use crate::state::environment::Environment;
use crate::state::time::iso;
use crate::webhooks::events::queue_object_event;
use crate::webhooks::samples::{EVENTS, current_name, is_known, sample_data, with_fields};

/// POST of `{"event": NAME}` with a sample row. The fields of `data` replace those of the sample,
/// and `environment` selects the endpoints.
pub(super) async fn send(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    let sent = read(&headers, body).await.and_then(|body| {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let event = current_name(text("event"));
        if !is_known(&event) {
            let message = format!("event must be one of {}", EVENTS.join(", "));
            return Err(ApiError::bad_request(message));
        }
        let environment = match text("environment") {
            "live" => Environment::Live,
            _ => Environment::Test,
        };
        let mut data = sample_data(&event, &iso(app.clock.now()));
        if let Some(row) = data.as_object_mut().filter(|row| row.contains_key("environment")) {
            row.insert("environment".to_owned(), environment.word().into());
        }
        if let Some(Value::Object(fields)) = body.get("data") {
            with_fields(&mut data, fields.clone());
        }
        let endpoints = queue_object_event(&app, environment, &event, &data);
        Ok(json!({"event": event, "data": data, "endpoints": endpoints}))
    });
    match sent {
        Ok(body) => done(&headers, &body),
        Err(error) => refuse(error),
    }
}
