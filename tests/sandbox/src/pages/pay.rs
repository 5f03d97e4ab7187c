//! The address of a payment link or a payment request: it leads to a new checkout page.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::checkout_views::{link_over, unknown};
use super::language::Language;
use crate::payments::catalogue::apply_prices;
use crate::state::app::{App, SharedApp};
use crate::state::objects::{Object, ObjectStore};
use crate::state::sessions::{Session, Status};
use crate::state::time::{MINUTE, Millis, parse_day, parse_iso};

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

/// What a customer on record is called in a checkout session.
const CUSTOMER: &[(&str, &str)] = &[
    ("name", "customer_name"),
    ("email", "customer_email"),
    ("phone_number", "customer_phone"),
    ("address", "customer_address"),
    ("city", "customer_city"),
    ("postal_code", "customer_postal_code"),
    ("country", "customer_country"),
];

/// A day, for what ends with a day.
const DAY: Millis = 24 * 60 * MINUTE;

/// Why there is nothing to pay.
enum Closed {
    /// There is no such link or request.
    Unknown,
    /// It is paid, has ended, or is not active.
    Over,
}

/// GET: creates a checkout session and redirects to its page. A request is paid once, so it has one
/// open session at a time.
pub(super) async fn open(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&query, &headers);
    match session_of(&app, &id) {
        Ok(session) => {
            let lang = query.get("lang").map(|_| format!("?lang={}", language.code()));
            let page = format!("/checkout/{}{}", session, lang.unwrap_or_default());
            app.notify_consoles();
            Redirect::to(&page).into_response()
        }
        Err(Closed::Unknown) => unknown(language),
        Err(Closed::Over) => link_over(language),
    }
}

/// The session of a link or request.
fn session_of(app: &App, id: &str) -> Result<Uuid, Closed> {
    let now = app.clock.now();
    let mut sessions = app.sessions();
    let mut objects = app.objects();
    let find = |resource: &str| objects.get(resource, id).cloned();
    let link = find("payment_links").map(|link| (link, "payment_link_id"));
    let found = link.or_else(|| Some((find("payment_requests")?, "payment_request_id")));
    let (mut object, name) = found.ok_or(Closed::Unknown)?;
    let fields = object.fields();
    let is_request = name == "payment_request_id";
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let ends = text("expires_at").or_else(|| text("expiry_date")).and_then(end_of);
    let is_paid = is_request && text("status") == Some("completed");
    let is_active = fields.get("is_active").and_then(Value::as_bool).unwrap_or(true);
    if is_paid || !is_active || ends.is_some_and(|at| at <= now) {
        return Err(Closed::Over);
    }
    let before = text(OPEN_SESSION).and_then(|id| id.parse().ok());
    let before = before.and_then(|id| sessions.get(id));
    if let Some(session) = before.filter(|s| s.status_at(now) == Status::Open) {
        return Ok(session.id);
    }
    let mut input = input_of(&objects, &object, &fields);
    input.insert(name.to_owned(), id.into());
    let priced = apply_prices(&objects, object.environment, &mut input);
    priced.map_err(|_| Closed::Over)?;
    let expires_at = now.saturating_add(60 * MINUTE).min(ends.unwrap_or(Millis::MAX));
    let session = Session::new(Uuid::new_v4(), object.environment, now, expires_at, &input);
    let session_id = session.id;
    sessions.insert(session);
    if is_request {
        let mut fields = fields;
        fields.insert(OPEN_SESSION.to_owned(), session_id.to_string().into());
        object.set_fields(&fields);
        objects.replace(object);
    }
    Ok(session_id)
}

/// Where a request keeps its open session. It is no field of the API.
const OPEN_SESSION: &str = "open_session_id";

/// When something ends; a day without a time is the last one on which it can be paid.
fn end_of(text: &str) -> Option<Millis> {
    parse_iso(text).or_else(|| parse_day(text).map(|day| day.saturating_add(DAY)))
}

/// The fields of a session for a link or request.
fn input_of(
    objects: &ObjectStore,
    object: &Object,
    fields: &Map<String, Value>,
) -> Map<String, Value> {
    let mut input = Map::new();
    for shared in SHARED {
        if let Some(value) = fields.get(*shared) {
            input.insert((*shared).to_owned(), value.clone());
        }
    }
    // The first documentation has another name for the amount of a link.
    if let Some(price) = fields.get("price") {
        input.entry("amount").or_insert_with(|| price.clone());
    }
    let customer = fields.get("customer_id").and_then(Value::as_str);
    let customer = customer.and_then(|id| objects.of(object.environment, "customers", id));
    if let Some(customer) = customer.map(Object::fields) {
        for (name, field) in CUSTOMER {
            if let Some(value) = customer.get(*name) {
                input.insert((*field).to_owned(), value.clone());
            }
        }
    }
    input
}
