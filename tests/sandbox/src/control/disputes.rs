//! Disputes in place of the buyer's bank.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::body::{done, read, refuse};
use crate::payments::disputes::{change_dispute, dispute_row, open_dispute};
use crate::schema::error::ApiError;
use crate::state::app::SharedApp;

/// POST: opens a dispute about `transaction_id`.
pub(super) async fn open(State(app): State<SharedApp>, headers: HeaderMap, body: Body) -> Response {
    let opened = read(&headers, body).await.and_then(|fields| open_dispute(&app, fields));
    match opened {
        Ok(dispute) => done(&headers, &dispute_row(&dispute)),
        Err(error) => refuse(error),
    }
}

/// POST of a new `status`: `won`, `lost` and `closed` end the dispute.
pub(super) async fn change(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let changed = read(&headers, body).await.and_then(|changes| {
        let dispute = change_dispute(&app, &id, changes)?;
        dispute.ok_or_else(|| ApiError::not_found(format!("Dispute with ID {id} not found")))
    });
    match changed {
        Ok(dispute) => done(&headers, &dispute_row(&dispute)),
        Err(error) => refuse(error),
    }
}
