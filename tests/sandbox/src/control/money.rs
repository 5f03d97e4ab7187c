//! Refunds and payouts of the merchant, as the buttons of the console make them.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::body::{done, read, refuse};
use crate::generation::Generation;
use crate::payments::payouts::create_payout;
use crate::payments::refunds::create_refund;
use crate::schema::error::ApiError;
use crate::schema::resource::Resource;
use crate::schema::table::RESOURCES;
use crate::state::app::{App, SharedApp};
use crate::state::environment::Environment;

/// POST: refunds a transaction as today's server does, all that is left of it unless `amount` is
/// sent.
pub(super) async fn refund(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let refunded = read(&headers, body).await.and_then(|body| {
        let transaction = app.objects().get("transactions", &id).map(|t| t.environment);
        let unknown = || ApiError::not_found(format!("Transaction with ID {id} not found"));
        let environment = transaction.ok_or_else(unknown)?;
        let mut fields = Map::new();
        fields.insert("transaction_id".to_owned(), id.as_str().into());
        if let Some(amount) = amount(&body)? {
            fields.insert("amount".to_owned(), amount);
        }
        create_refund(&app, resource("refunds")?, Generation::D, environment, None, fields)
    });
    respond(&app, &headers, refunded)
}

/// POST of an `amount`: a payout that is pending until it is completed or fails.
pub(super) async fn pay_out(
    State(app): State<SharedApp>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let made = read(&headers, body).await.and_then(|body| {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let environment = match text("environment") {
            "live" => Environment::Live,
            _ => Environment::Test,
        };
        let currency = if text("currency_code").is_empty() { "XOF" } else { text("currency_code") };
        let fields = json!({
            "amount": amount(&body)?,
            "currency_code": currency,
            "destination": "self",
            "rail": "wave",
        });
        let fields = fields.as_object().cloned().unwrap_or_default();
        let payouts = resource("payouts")?;
        create_payout(&app, payouts, Generation::D, environment, Some("pending"), fields)
    });
    respond(&app, &headers, made)
}

/// The amount of a body; a form has it as text.
fn amount(body: &Map<String, Value>) -> Result<Option<Value>, ApiError> {
    match body.get("amount") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let number = text.trim().parse::<serde_json::Number>();
            let number = number.map_err(|_| ApiError::bad_request("amount must be a number"))?;
            Ok(Some(Value::Number(number)))
        }
        Some(amount) => Ok(Some(amount.clone())),
    }
}

fn resource(name: &str) -> Result<&'static Resource, ApiError> {
    let found = RESOURCES.iter().find(|r| r.name == name);
    found.ok_or_else(|| ApiError::not_found(format!("There is no resource {name}")))
}

fn respond(app: &App, headers: &HeaderMap, made: Result<Value, ApiError>) -> Response {
    match made {
        Ok(body) => {
            app.notify_consoles();
            done(headers, &body)
        }
        Err(error) => refuse(error),
    }
}
