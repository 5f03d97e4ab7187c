//! Renewals in place of the end of a period.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::body::{done, read, refuse};
use crate::generation::Generation;
use crate::payments::renewals::renew_now;
use crate::payments::subscription_changes::SUBSCRIPTIONS;
use crate::schema::error::ApiError;
use crate::schema::object::object_value;
use crate::schema::table::RESOURCES;
use crate::state::app::SharedApp;

/// POST: renews a subscription now; with `{"result": "failed"}` its payment fails.
pub(super) async fn renew(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let renewed = read(&headers, body).await.and_then(|body| {
        let succeeds = body.get("result").is_none_or(|result| result != "failed");
        let subscription = renew_now(&app, &id, succeeds)?;
        let resource = RESOURCES.iter().find(|r| r.name == SUBSCRIPTIONS);
        let resource = resource.ok_or_else(|| ApiError::not_found("There are no subscriptions"))?;
        Ok(object_value(&app, Generation::D, resource, &subscription))
    });
    match renewed {
        Ok(row) => done(&headers, &row),
        Err(error) => refuse(error),
    }
}
