//! Card charges in place of the payer, who enters the card in a browser.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::body::{done, read, refuse};
use crate::payments::card_charges::{card_charge_row, change_card_charge};
use crate::schema::error::ApiError;
use crate::state::app::SharedApp;

/// POST of a new `status`, such as `succeeded` after the payer has answered.
pub(super) async fn change(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let changed = read(&headers, body).await.and_then(|changes| {
        let Some(status) = changes.get("status").and_then(Value::as_str) else {
            return Err(ApiError::bad_request("status must be a string"));
        };
        let charge = change_card_charge(&app, &id, status);
        charge.ok_or_else(|| ApiError::not_found(format!("Card charge with ID {id} not found")))
    });
    match changed {
        Ok(charge) => done(&headers, &card_charge_row(&charge)),
        Err(error) => refuse(error),
    }
}
