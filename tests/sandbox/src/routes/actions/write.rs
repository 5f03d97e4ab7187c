//! POST, PATCH and DELETE of actions.

use axum::body::Body;
use axum::extract::{Extension, RawPathParams, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::find::{enveloped, ids, object, parent, room_of};
use super::money::moved;
use super::usage;
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::middleware::faults::DelayWhileReserved;
use crate::payments::card_charges::card_figures;
use crate::payments::effects::effect;
use crate::payments::subscription_changes::{SUBSCRIPTIONS, Source, report, report_change};
use crate::routes::body::read_json;
use crate::routes::confirmation::{Confirmation, confirmation, execute};
use crate::routes::keyed::{KeyedRequest, sent_key};
use crate::routes::product_prices::set_default;
use crate::routes::scenario::scenario;
use crate::schema::action::{Action, Returned, Shape};
use crate::schema::error::ApiError;
use crate::schema::object::shape_value;
use crate::schema::table::RESOURCES;
use crate::state::app::{App, SharedApp};
use crate::state::idempotency;
use crate::state::objects::Object;

/// POST, PATCH and DELETE.
pub(super) async fn write(
    State(app): State<SharedApp>,
    Extension(action): Extension<&'static Action>,
    caller: Caller,
    params: RawPathParams,
    delay: Option<Extension<DelayWhileReserved>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let written = async {
        let mut body = match read_json(&headers, body).await {
            Ok(body) => body,
            // Many actions need no body.
            Err(_) if headers.get("content-length").is_none_or(|length| length == "0") => json!({}),
            Err(error) => return Err(error),
        };
        let newest = caller.generation == Generation::E;
        if newest
            && action.required
            && action.id != "delete_account"
            && sent_key(&headers).is_none()
        {
            return Err(ApiError::key_required());
        }
        let ids = ids(&params);
        let room = format!("{} {}", action.id, ids.join(" "));
        let mut token = None;
        if newest && action.asks {
            match confirmation(&app, &room, &caller, &mut body, Ok)? {
                Confirmation::Preview(preview) => return Ok(preview),
                Confirmation::Token(sent) => token = Some(sent),
            }
        }
        // The same body for another object is another request.
        let whole = json!({"method": action.method, "ids": ids, "body": body});
        let fingerprint = idempotency::fingerprint(&whole);
        let none = HeaderMap::new();
        let is_keyed = newest && action.required;
        let request = KeyedRequest {
            app: &app,
            caller: &caller,
            headers: if is_keyed { &headers } else { &none },
            delay,
            room: action.id,
            fingerprint,
        };
        let scenario = scenario(&caller, &headers);
        let make = |body: Value| {
            let made = done(&app, action, &caller, &ids, scenario, body)?;
            let bytes = serde_json::to_vec(&made).map(Bytes::from);
            bytes.map_err(|e| ApiError::bad_request(e.to_string()))
        };
        let run = || match token {
            None => make(body),
            Some(token) => execute(&app, &room, &caller, &body.clone(), &token, || make(body)),
        };
        let response = request.run(run).await?;
        app.notify_consoles();
        Ok(with_status(action, &caller, response))
    };
    written.await.unwrap_or_else(|error: ApiError| caller.refuse(error))
}

/// The status of a success: 204 without a value, else 201 for a POST that makes something.
fn with_status(action: &Action, caller: &Caller, mut response: Response) -> Response {
    let makes = action.method == "POST"
        && (action.verb.starts_with("create") || caller.generation != Generation::E);
    match action.returns {
        Returned::Nothing if caller.generation != Generation::E => {
            return StatusCode::NO_CONTENT.into_response();
        }
        _ if action.id == "record_usage_event" => *response.status_mut() = StatusCode::ACCEPTED,
        _ if makes => {}
        _ => *response.status_mut() = StatusCode::OK,
    }
    response
}

/// Carries an action out. Returns the body of the response.
fn done(
    app: &App,
    action: &'static Action,
    caller: &Caller,
    ids: &[String],
    scenario: Option<&'static str>,
    body: Value,
) -> Result<Value, ApiError> {
    let Value::Object(mut fields) = body else {
        return Err(ApiError::bad_request("The request body must be a JSON object"));
    };
    let shape = match &action.returns {
        Returned::One(shape) | Returned::Page(shape) => Some(*shape),
        Returned::Nothing | Returned::Any => None,
    };
    if let Some(moved) = moved(app, action, caller, ids, scenario, &fields) {
        return Ok(shown(app, action, shape, caller, &moved?));
    }
    if action.id == "record_usage_event" {
        let usage = usage::record(app, shape, caller, fields)?;
        return Ok(shown(app, action, shape, caller, &usage));
    }
    if action.method == "DELETE" {
        return deleted(app, action, shape, caller, ids);
    }
    let ids = if action.id == "set_default_product_price" {
        set_default(app, caller, ids)?;
        // It returns the product, which the path names first.
        ids.get(..1).unwrap_or_default()
    } else {
        ids
    };
    let is_made = ids.is_empty() && action.method == "POST" || makes_within(action);
    let mut object = if is_made {
        parent(app, action, caller, ids)?;
        let id = uuid::Uuid::new_v4().to_string();
        let room = room_of(action, shape);
        Object::new(&room, id, caller.environment, app.clock.now(), &Map::new())
    } else if shape.is_some_and(|s| RESOURCES.iter().any(|r| r.model == s.name)) {
        object(app, action, shape, caller, ids)?
    } else {
        match parent(app, action, caller, ids)? {
            Some(parent) => parent,
            None => object(app, action, shape, caller, ids)?,
        }
    };
    let before = object.fields();
    let mut all = before.clone();
    if object.resource == SUBSCRIPTIONS {
        fields.retain(|name, _| is_read(action, shape, name));
    }
    all.extend(fields);
    if let Some(id) = ids.first().filter(|_| is_made) {
        let parent = format!("{}_id", action.resource.trim_end_matches('s'));
        all.entry(parent).or_insert_with(|| id.as_str().into());
    }
    effect(app, action, scenario, &mut all);
    object.set_fields(&all);
    object.updated_at = app.clock.now();
    let mut objects = app.objects();
    match objects.of(caller.environment, &object.resource, &object.id) {
        Some(_) => objects.replace(object.clone()),
        None => drop(objects.insert(object.clone())),
    }
    drop(objects);
    if object.resource == SUBSCRIPTIONS && is_made {
        report(app, &object, "SUBSCRIPTION_CREATED");
    } else if object.resource == SUBSCRIPTIONS {
        report_change(app, &before, &object, Source::Api);
    }
    Ok(shown(app, action, shape, caller, &object))
}

/// The object of an action as its response shows it.
fn shown(
    app: &App,
    action: &Action,
    shape: Option<&'static Shape>,
    caller: &Caller,
    object: &Object,
) -> Value {
    let Some(shape) = shape else {
        let mut sent = card_figures(action, &object.fields());
        sent.insert("success".to_owned(), true.into());
        sent.insert("id".to_owned(), object.id.as_str().into());
        if gives_secret(action) {
            let secret = format!("secret_{}", uuid::Uuid::new_v4().simple());
            sent.insert("secret".to_owned(), secret.into());
        }
        return sent.into();
    };
    enveloped(caller, action, shape_value(app, caller.generation, shape, object))
}

/// Whether an action on a subscription reads a field: no action changes what it bills but by a price.
fn is_read(action: &Action, shape: Option<&Shape>, name: &str) -> bool {
    match action.verb {
        "cancel" => matches!(name, "cancel_at_period_end" | "cancellation_reason"),
        "resume" => false,
        "change_plan" => name == "price_id",
        _ => shape.is_some_and(|s| s.fields.iter().any(|f| f.name == name && f.write)),
    }
}

/// Whether an action makes an object that belongs to the one in its path.
fn makes_within(action: &Action) -> bool {
    matches!(
        action.id,
        "add_product_price"
            | "create_subscription_plan"
            | "create_customer_portal_session"
            | "create_customer_invoice_checkout_session"
            | "create_organization_key"
            | "create_login_link"
    )
}

/// Whether the response has a secret, which no other one has.
fn gives_secret(action: &Action) -> bool {
    matches!(action.id, "create_api_key" | "create_organization" | "create_organization_key")
}

fn deleted(
    app: &App,
    action: &'static Action,
    shape: Option<&'static Shape>,
    caller: &Caller,
    ids: &[String],
) -> Result<Value, ApiError> {
    // A subscription that is cancelled can still be fetched.
    if let Some(shape) = shape {
        let mut object = object(app, action, Some(shape), caller, ids)?;
        let before = object.fields();
        let mut fields = before.clone();
        effect(app, action, None, &mut fields);
        object.set_fields(&fields);
        object.updated_at = app.clock.now();
        app.objects().replace(object.clone());
        if object.resource == SUBSCRIPTIONS {
            report_change(app, &before, &object, Source::Api);
        }
        let value = shape_value(app, caller.generation, shape, &object);
        return Ok(enveloped(caller, action, value));
    }
    let mut objects = app.objects();
    if let Some(id) = ids.last()
        && !objects.remove(caller.environment, action.resource, id)
    {
        return Err(ApiError::not_found(format!("{} with ID {id} not found", action.resource)));
    }
    Ok(json!({"message": "Deleted"}))
}
