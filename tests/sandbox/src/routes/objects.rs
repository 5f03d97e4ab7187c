//! Routes of every resource in the table that has no routes of its own.

use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::body::read_json;
use super::confirmation::{Confirmation, confirmation, execute};
use super::coupons;
use super::keyed::{KeyedRequest, sent_key};
use super::no_route::only_of;
use super::notice::{notice_of, with_notice};
use super::object_list::list;
use super::product_prices::{store_prices, take_prices};
use super::scenario::scenario;
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::middleware::faults::DelayWhileReserved;
use crate::options::Family;
use crate::payments::ledger::{moves_money, removed};
use crate::payments::payouts::create_payout;
use crate::payments::plans::{after_change, start};
use crate::payments::refunds::create_refund;
use crate::payments::subscription_changes::{SUBSCRIPTIONS, Source, report, report_change};
use crate::payments::transfers::create_transfer;
use crate::schema::error::ApiError;
use crate::schema::object::{new_object, object_value};
use crate::schema::object_input::{checked_change, checked_create, ignored_fields};
use crate::schema::resource::Resource;
use crate::schema::responses::json_response;
use crate::schema::table::RESOURCES;
use crate::state::app::{App, SharedApp};
use crate::state::idempotency;

/// Fields of a refund or payout that no update changes: the money has moved already.
const MONEY: &[&str] = &["amount", "refunded_amount", "currency_code", "transaction_id", "status"];

/// The routes of one family.
pub(crate) fn object_routes(app: &SharedApp, family: Family) -> Router<SharedApp> {
    let mut router = Router::new();
    for resource in RESOURCES.iter().filter(|r| !r.has_own_routes()) {
        for operation in resource.operations {
            // A resource with the same name in both styles has one path below /v1, that of C.
            let is_shared = |path: &str| {
                family == Family::A
                    && operation.paths.iter().any(|r| r.is_in(Family::C) && r.path == path)
            };
            for route in operation.paths.iter().filter(|r| r.is_in(family)) {
                if is_shared(route.path) {
                    continue;
                }
                let path = match family {
                    Family::Current => route.path.to_owned(),
                    Family::A | Family::C => format!("/v1{}", route.path),
                };
                let method = match operation.verb {
                    "list" => routing::get(list),
                    "create" => routing::post(create),
                    "get" => routing::get(retrieve),
                    "update" => routing::patch(update),
                    _ => routing::delete(delete),
                };
                let method = only_of(app, route, method.layer(Extension(resource)));
                if !path.contains('{') {
                    router = router.route(&format!("{path}/"), method.clone());
                }
                router = router.route(&path, method);
            }
        }
    }
    router
}

/// POST of a collection.
async fn create(
    State(app): State<SharedApp>,
    Extension(resource): Extension<&'static Resource>,
    caller: Caller,
    delay: Option<Extension<DelayWhileReserved>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let created = async {
        let mut body = read_json(&headers, body).await?;
        let generation = caller.generation;
        let newest = generation == Generation::E;
        let operation = resource.operation("create");
        let is_required = newest && operation.is_some_and(|o| o.required);
        if is_required && sent_key(&headers).is_none() {
            return Err(ApiError::key_required());
        }
        let notice = notice_of(generation, &ignored_fields(resource, generation, &body));
        let mut token = None;
        if newest && operation.is_some_and(|o| o.asks) {
            let check = |body| checked_create(resource, generation, body).map(Value::Object);
            match confirmation(&app, resource.name, &caller, &mut body, check)? {
                Confirmation::Preview(preview) => return Ok(with_notice(preview, notice)),
                Confirmation::Token(sent) => token = Some(sent),
            }
        }
        // Today's server reads the key only where the table says so; earlier ones do not.
        let is_keyed = operation.is_some_and(|o| o.keyed);
        let is_read = is_required || (is_keyed && matches!(generation, Generation::D));
        let fingerprint = idempotency::fingerprint(&body);
        let none = HeaderMap::new();
        let request = KeyedRequest {
            app: &app,
            caller: &caller,
            headers: if is_read { &headers } else { &none },
            delay,
            room: resource.name,
            fingerprint,
        };
        let scenario = scenario(&caller, &headers);
        let run = || match token {
            None => make(&app, resource, &caller, scenario, body),
            Some(token) => execute(&app, resource.name, &caller, &body.clone(), &token, || {
                make(&app, resource, &caller, scenario, body)
            }),
        };
        let response = request.run(run).await?;
        Ok(with_notice(response, notice))
    };
    created.await.unwrap_or_else(|error| caller.refuse(error))
}

fn make(
    app: &App,
    resource: &Resource,
    caller: &Caller,
    scenario: Option<&str>,
    body: Value,
) -> Result<Bytes, ApiError> {
    let (generation, environment) = (caller.generation, caller.environment);
    let mut input = checked_create(resource, generation, body)?;
    let made = match resource.name {
        "refunds" => create_refund(app, resource, generation, environment, scenario, input)?,
        "payouts" | "beneficiary_payouts" => {
            create_payout(app, resource, generation, environment, scenario, input)?
        }
        "transfers" => {
            let transfer = create_transfer(app, environment, input)?;
            object_value(app, generation, resource, &transfer)
        }
        _ => {
            if resource.name == "discount_coupons" {
                coupons::check(app, caller, &mut input)?;
            }
            let prices = match resource.name {
                "products" => take_prices(app, caller, &mut input)?,
                _ => Vec::new(),
            };
            let mut object = new_object(app, resource, environment, input)?;
            if resource.name == SUBSCRIPTIONS {
                let mut fields = object.fields();
                start(app, &app.objects(), &mut fields);
                object.set_fields(&fields);
            }
            let body = object_value(app, generation, resource, &object);
            if !app.objects().insert(object.clone()) {
                let message = format!("{} {} exists already", resource.title(), object.id);
                return Err(ApiError::conflict(message));
            }
            store_prices(app, &object, prices);
            if resource.name == SUBSCRIPTIONS {
                report(app, &object, "SUBSCRIPTION_CREATED");
            }
            body
        }
    };
    serde_json::to_vec(&made).map(Bytes::from).map_err(|e| ApiError::bad_request(e.to_string()))
}

fn not_found(resource: &Resource, id: &str) -> ApiError {
    ApiError::not_found(format!("{} with ID {id} not found", resource.title()))
}

/// GET of one object.
async fn retrieve(
    State(app): State<SharedApp>,
    Extension(resource): Extension<&'static Resource>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    let objects = app.objects();
    match objects.of(caller.environment, resource.name, &id) {
        Some(object) => {
            let body = object_value(&app, caller.generation, resource, object);
            json_response(StatusCode::OK, &body)
        }
        None => caller.refuse(not_found(resource, &id)),
    }
}

/// PATCH of one object.
async fn update(
    State(app): State<SharedApp>,
    Extension(resource): Extension<&'static Resource>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let updated = async {
        let body = read_json(&headers, body).await?;
        let ignored = ignored_fields(resource, caller.generation, &body);
        let changes = checked_change(resource, caller.generation, body)?;
        let row = change(&app, resource, &caller, &id, changes)?;
        let notice = notice_of(caller.generation, &ignored);
        Ok(with_notice(json_response(StatusCode::OK, &row), notice))
    };
    updated.await.unwrap_or_else(|error: ApiError| caller.refuse(error))
}

fn change(
    app: &App,
    resource: &Resource,
    caller: &Caller,
    id: &str,
    changes: Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut objects = app.objects();
    let object = objects.of(caller.environment, resource.name, id).cloned();
    let mut object = object.ok_or_else(|| not_found(resource, id))?;
    // A client that sends every field of its model sends null for those it has not set.
    let is_set = |value: &Value| !value.is_null();
    if moves_money(resource.name)
        && let Some(name) = MONEY.iter().find(|name| changes.get(**name).is_some_and(is_set))
    {
        let message = format!("{name} of a {} cannot be changed", resource.noun);
        return Err(ApiError::bad_request(message));
    }
    let before = object.fields();
    let mut fields = before.clone();
    for (name, value) in changes {
        // An object with a changed id could not be found again.
        if name == resource.id {
            continue;
        }
        // Either name of a field replaces the other.
        if let Some(other) = resource.field(&name).and_then(|f| f.mirrors) {
            fields.remove(other);
        }
        if value.is_null() && moves_money(resource.name) && MONEY.contains(&name.as_str()) {
            continue;
        }
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    if resource.name == SUBSCRIPTIONS {
        after_change(app, &objects, &before, &mut fields);
    }
    object.set_fields(&fields);
    object.updated_at = app.clock.now();
    objects.replace(object.clone());
    drop(objects);
    if resource.name == SUBSCRIPTIONS {
        report_change(app, &before, &object, Source::Api);
    }
    app.notify_consoles();
    Ok(object_value(app, caller.generation, resource, &object))
}

/// DELETE of one object.
async fn delete(
    State(app): State<SharedApp>,
    Extension(resource): Extension<&'static Resource>,
    caller: Caller,
    Path(id): Path<String>,
) -> Response {
    let mut objects = app.objects();
    let object = objects.of(caller.environment, resource.name, &id).cloned();
    let Some(object) = object else {
        return caller.refuse(not_found(resource, &id));
    };
    objects.remove(caller.environment, resource.name, &id);
    if moves_money(resource.name) {
        let mut kept = object.clone();
        kept.resource = removed(resource.name);
        objects.insert(kept);
    }
    drop(objects);
    if resource.name == SUBSCRIPTIONS {
        report(&app, &object, "SUBSCRIPTION_CANCELLED");
    }
    if caller.generation == Generation::C {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let message = format!("{} deleted successfully", resource.title());
        json_response(StatusCode::OK, &json!({ "message": message }))
    }
}
