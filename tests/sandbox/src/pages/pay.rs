//! The address of a payment link or a payment request: it leads to a new checkout page.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::checkout_views::unknown;
use super::language::Language;
use crate::payments::catalogue::apply_prices;
use crate::state::app::{App, SharedApp};
use crate::state::sessions::Session;
use crate::state::time::{MINUTE, parse_iso};

/// Fields that a checkout session has from its link or request.
const SHARED: &[&str] = &[
    "amount",
    "currency_code",
    "title",
    "description",
    "public_description",
    "customer_id",
    "product_id",
    "price_id",
    "quantity",
    "line_items",
    "allow_coupon_code",
    "allow_quantity",
    "allowed_providers",
    "require_billing_address",
    "require_email",
    "require_name",
    "require_phone",
    "success_url",
    "cancel_url",
    "metadata",
];

/// GET: creates a checkout session and redirects to its page.
pub(super) async fn open(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    match session_of(&app, &id) {
        Some(session) => {
            let page = format!("/checkout/{}", session.id);
            app.sessions().insert(session);
            app.notify_consoles();
            Redirect::to(&page).into_response()
        }
        None => unknown(Language::of(&query, &headers)),
    }
}

/// The session of a link or request; None when there is none that can be paid.
fn session_of(app: &App, id: &str) -> Option<Session> {
    let now = app.clock.now();
    let objects = app.objects();
    let links = objects.newest_first("payment_links").map(|o| (o, "payment_link_id"));
    let requests = objects.newest_first("payment_requests").map(|o| (o, "payment_request_id"));
    let (object, name) = links.chain(requests).find(|(o, _)| o.id == id)?;
    let mut fields = object.fields();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let ends = text("expires_at").or_else(|| text("expiry_date")).and_then(parse_iso);
    let is_paid = name == "payment_request_id" && text("status") == Some("completed");
    let is_active = fields.get("is_active").and_then(Value::as_bool).unwrap_or(true);
    if is_paid || !is_active || ends.is_some_and(|at| at <= now) {
        return None;
    }
    let mut input = Map::new();
    for shared in SHARED {
        if let Some(value) = fields.remove(*shared) {
            input.insert((*shared).to_owned(), value);
        }
    }
    // The first documentation has another name for the amount of a link.
    if let Some(price) = fields.remove("price") {
        input.entry("amount").or_insert(price);
    }
    input.insert(name.to_owned(), id.into());
    apply_prices(&objects, object.environment, &mut input).ok()?;
    let expires_at = now.saturating_add(60 * MINUTE);
    Some(Session::new(Uuid::new_v4(), object.environment, now, expires_at, &input))
}
