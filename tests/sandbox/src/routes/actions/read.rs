//! GET of actions: objects, lists and figures.

use axum::extract::{Extension, RawPathParams, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::find::{enveloped, ids, object, parent, room_of};
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::payments::coupon_figures::coupon_figures;
use crate::schema::action::{Action, Returned, Shape};
use crate::schema::error::ApiError;
use crate::schema::object::shape_value;
use crate::schema::responses::json_response;
use crate::state::app::{App, SharedApp};
use crate::state::objects::Object;

/// GET of one object, of a list, or of figures.
pub(super) async fn read(
    State(app): State<SharedApp>,
    Extension(action): Extension<&'static Action>,
    caller: Caller,
    params: RawPathParams,
) -> Response {
    match found(&app, action, &caller, &ids(&params)) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => caller.refuse(error),
    }
}

fn found(
    app: &App,
    action: &'static Action,
    caller: &Caller,
    ids: &[String],
) -> Result<Value, ApiError> {
    match &action.returns {
        Returned::Page(shape) => Ok(rows(app, action, shape, caller, ids)),
        Returned::One(shape) => {
            let mut object = object(app, action, Some(shape), caller, ids)?;
            if action.id == "retrieve_discount_coupon_performance" {
                let code = object.fields().remove("code").unwrap_or_default();
                let code = code.as_str().unwrap_or_default();
                let figures = coupon_figures(&app.objects(), caller.environment, code);
                object.set_fields(&figures);
            }
            Ok(enveloped(caller, action, shape_value(app, caller.generation, shape, &object)))
        }
        Returned::Any | Returned::Nothing => {
            parent(app, action, caller, ids)?;
            Ok(json!({"object": action.verb}))
        }
    }
}

/// The rows of a list, of the object that the path names.
fn rows(
    app: &App,
    action: &'static Action,
    shape: &'static Shape,
    caller: &Caller,
    ids: &[String],
) -> Value {
    let objects = app.objects();
    let room = room_of(action, Some(shape));
    let parent = action.resource.trim_end_matches('s');
    let parent = format!("{parent}_id");
    // A settlement has the payments of a day, which the sandbox does not tell apart.
    let belongs = |object: &Object| match ids.first() {
        Some(id) if action.resource != "settlements" => {
            object.fields().get(&parent).and_then(Value::as_str) == Some(id)
        }
        _ => true,
    };
    let data: Vec<Value> = objects
        .newest_first(&room)
        .filter(|o| o.environment == caller.environment && belongs(o))
        .map(|object| shape_value(app, caller.generation, shape, object))
        .collect();
    match caller.generation {
        Generation::E => {
            let limit = data.len().max(20);
            json!({"object": "list", "data": data, "has_more": false, "next_cursor": null, "limit": limit})
        }
        Generation::A => json!({"success": true, "data": data}),
        _ if action.id == "list_customer_portal_events" => {
            let total = data.len();
            json!({"events": data, "pagination": {
                "page": 1, "pageSize": 50, "totalCount": total, "totalPages": 1,
            }})
        }
        _ if matches!(action.resource, "providers" | "customer_subscriptions") => {
            json!({"success": true, "data": data})
        }
        _ => Value::Array(data),
    }
}
