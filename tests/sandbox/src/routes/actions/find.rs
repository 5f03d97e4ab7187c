//! The objects that an action is about.

use axum::extract::RawPathParams;
use serde_json::{Map, Value, json};

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::action::{Action, Shape};
use crate::schema::error::ApiError;
use crate::schema::table::RESOURCES;
use crate::state::app::App;
use crate::state::objects::Object;

/// The resource whose objects a shape shows, and else that of the action.
fn store_of(action: &Action, shape: Option<&Shape>) -> &'static str {
    let shown = shape.and_then(|s| RESOURCES.iter().find(|r| r.model == s.name));
    shown.map_or(action.resource, |resource| resource.name)
}

/// Objects that stand beside those of their resource, such as the roles of a team beside its members.
const BESIDE: &[&str] = &[
    "CouponPerformance",
    "CustomerBlock",
    "DocumentLinks",
    "Entitlement",
    "InstantSettlement",
    "MerchantArr",
    "MerchantBalance",
    "MerchantMrr",
    "OrganizationMetrics",
    "PortalEvent",
    "PortalSession",
    "RadarSettings",
    "StorefrontSettings",
    "TeamRole",
    "TopCustomer",
    "UsagePeriod",
    "WebhookTestResult",
];

/// Under which name the objects of an action are stored.
pub(super) fn room_of(action: &'static Action, shape: Option<&Shape>) -> String {
    let store = store_of(action, shape);
    match shape {
        Some(shape) if BESIDE.contains(&shape.name) => format!("{store}.{}", shape.name),
        _ => store.to_owned(),
    }
}

pub(super) fn ids(params: &RawPathParams) -> Vec<String> {
    params.iter().map(|(_, value)| value.to_owned()).collect()
}

/// The object that a path names; without one, that of which there is only one.
pub(super) fn object(
    app: &App,
    action: &'static Action,
    shape: Option<&Shape>,
    caller: &Caller,
    ids: &[String],
) -> Result<Object, ApiError> {
    let room = room_of(action, shape);
    let now = app.clock.now();
    let Some(id) = ids.last() else {
        let objects = app.objects();
        let one = objects.of(caller.environment, &room, "one").cloned();
        let new = || Object::new(&room, "one".to_owned(), caller.environment, now, &Map::new());
        return Ok(one.unwrap_or_else(new));
    };
    if let Some(object) = app.objects().of(caller.environment, &room, id) {
        return Ok(object.clone());
    }
    // Figures about an object, such as whether a customer is blocked, are made when asked for.
    let is_about = !RESOURCES.iter().any(|r| r.name == room)
        || (action.method == "GET" && room != action.resource && ids.len() > 1);
    let parent = parent(app, action, caller, ids)?;
    match (is_about, parent) {
        (true, Some(parent)) => {
            Ok(Object::new(&room, parent.id.clone(), caller.environment, now, &parent.fields()))
        }
        (true, None) if has_parents(action) => {
            Ok(Object::new(&room, id.clone(), caller.environment, now, &Map::new()))
        }
        _ => Err(ApiError::not_found(format!("{} with ID {id} not found", action.resource))),
    }
}

/// Whether the path names something of which the sandbox keeps no objects: the merchant itself, its
/// organization, an account of a network, or a day.
fn has_parents(action: &Action) -> bool {
    matches!(action.resource, "merchants" | "organizations" | "network" | "settlements")
}

/// The object of the action's own resource that the path names.
pub(super) fn parent(
    app: &App,
    action: &'static Action,
    caller: &Caller,
    ids: &[String],
) -> Result<Option<Object>, ApiError> {
    let (Some(id), true) = (ids.first(), RESOURCES.iter().any(|r| r.name == action.resource))
    else {
        return Ok(None);
    };
    match app.objects().of(caller.environment, action.resource, id) {
        Some(object) => Ok(Some(object.clone())),
        None => Err(ApiError::not_found(format!("{} with ID {id} not found", action.resource))),
    }
}

/// Some objects are in an envelope before generation E.
pub(super) fn enveloped(caller: &Caller, action: &Action, value: Value) -> Value {
    let is_wrapped = matches!(action.resource, "merchants" | "customer_subscriptions")
        || matches!(action.id, "create_mtn_charge" | "create_card_charge");
    match caller.generation {
        Generation::A | Generation::D if is_wrapped => json!({"success": true, "data": value}),
        _ => value,
    }
}
