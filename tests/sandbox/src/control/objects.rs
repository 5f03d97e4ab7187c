//! Objects in place of what the API cannot create, such as an invoice or a usage event.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::body::{done, read, refuse};
use crate::generation::Generation;
use crate::options::Family;
use crate::payments::changes::change_object;
use crate::payments::plans::start;
use crate::payments::subscription_changes::{SUBSCRIPTIONS, report};
use crate::schema::error::ApiError;
use crate::schema::object::{new_object, object_value};
use crate::schema::resource::Resource;
use crate::schema::responses::json_response;
use crate::schema::table::RESOURCES;
use crate::state::app::{App, SharedApp};
use crate::state::environment::Environment;

fn find(name: &str) -> Result<&'static Resource, ApiError> {
    let resource = RESOURCES.iter().find(|r| r.name == name && !r.has_own_routes());
    resource.ok_or_else(|| ApiError::not_found(format!("There is no resource {name}")))
}

/// POST of an object with any fields of its resource. `environment` selects the environment.
pub(super) async fn add(
    State(app): State<SharedApp>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let added = async {
        let resource = find(&name)?;
        let mut fields = read(&headers, body).await?;
        let environment = match fields.remove("environment").as_ref().and_then(Value::as_str) {
            Some("live") => Environment::Live,
            _ => Environment::Test,
        };
        if let Some(unknown) = fields.keys().find(|name| resource.field(name).is_none()) {
            let message = format!("There is no field {unknown} in {}", resource.name);
            return Err(ApiError::bad_request(message));
        }
        let mut object = new_object(&app, resource, environment, fields)?;
        if resource.name == SUBSCRIPTIONS {
            let mut fields = object.fields();
            start(&app, &app.objects(), &mut fields);
            object.set_fields(&fields);
        }
        if !app.objects().insert(object.clone()) {
            let message = format!("{} {} exists already", resource.title(), object.id);
            return Err(ApiError::conflict(message));
        }
        if resource.name == SUBSCRIPTIONS {
            report(&app, &object, "SUBSCRIPTION_CREATED");
        }
        app.notify_consoles();
        Ok(object_value(&app, shape(resource), resource, &object))
    };
    match added.await {
        Ok(body) => done(&headers, &body),
        Err(error) => refuse(error),
    }
}

/// POST of changes to an object. A new status of a refund or payout sends its event, as when the
/// provider decides later.
pub(super) async fn change(
    State(app): State<SharedApp>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let changed = async {
        let resource = find(&name)?;
        let changes = read(&headers, body).await?;
        let object = change_object(&app, resource, &id, changes)?;
        let object = object.ok_or_else(|| {
            ApiError::not_found(format!("{} with ID {id} not found", resource.title()))
        })?;
        app.notify_consoles();
        Ok(object_value(&app, shape(resource), resource, &object))
    };
    match changed.await {
        Ok(body) => done(&headers, &body),
        Err(error) => refuse(error),
    }
}

/// GET of all objects of a resource, newest first.
pub(super) async fn list(State(app): State<SharedApp>, Path(name): Path<String>) -> Response {
    match find(&name) {
        Ok(resource) => json_response(StatusCode::OK, &rows(&app, resource)),
        Err(error) => refuse(error),
    }
}

fn rows(app: &App, resource: &Resource) -> Vec<Value> {
    let objects = app.objects();
    let all = objects.newest_first(resource.name);
    all.map(|o| object_value(app, shape(resource), resource, o)).collect()
}

/// Today's shape, or that of the generated SDKs where today's server does not have the resource.
fn shape(resource: &Resource) -> Generation {
    let is_current =
        resource.operations.iter().any(|o| o.paths.iter().any(|r| r.is_in(Family::Current)));
    if is_current { Generation::D } else { Generation::C }
}
