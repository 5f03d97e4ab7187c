//! Disputes and card charges: objects of which the spec has no collection, so that any field is
//! accepted.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::{done, read, refuse};
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::state::app::SharedApp;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::time::iso;

/// Name of the resource.
const DISPUTES: &str = "disputes";

/// POST of a dispute with any fields. `environment` selects the environment, `id` the id.
pub(super) async fn add_dispute(
    State(app): State<SharedApp>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let added = read(&headers, body).await.and_then(|mut fields| {
        let environment = match fields.remove("environment").as_ref().and_then(Value::as_str) {
            Some("live") => Environment::Live,
            _ => Environment::Test,
        };
        let id = match fields.remove("id") {
            None => Uuid::new_v4().to_string(),
            Some(Value::String(id)) if !id.is_empty() => id,
            Some(_) => return Err(ApiError::bad_request("id must be a string")),
        };
        fields.entry("status").or_insert_with(|| "needs_response".into());
        let dispute = Object::new(DISPUTES, id, environment, app.clock.now(), &fields);
        if !app.objects().insert(dispute.clone()) {
            return Err(ApiError::conflict(format!("Dispute {} exists already", dispute.id)));
        }
        app.notify_consoles();
        Ok(row(&dispute))
    });
    match added {
        Ok(body) => done(&headers, &body),
        Err(error) => refuse(error),
    }
}

/// POST of changes to a dispute.
pub(super) async fn change_dispute(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    change(&app, DISPUTES, &id, &headers, read(&headers, body).await)
}

/// POST of changes to a charge, such as the status after the payer has answered.
pub(super) async fn change_charge(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    change(&app, "charges", &id, &headers, read(&headers, body).await)
}

fn change(
    app: &SharedApp,
    name: &str,
    id: &str,
    headers: &HeaderMap,
    changes: Result<Map<String, Value>, ApiError>,
) -> Response {
    let changes = match changes {
        Ok(changes) => changes,
        Err(error) => return refuse(error),
    };
    let object = app.objects().get(name, id).cloned();
    let Some(mut object) = object else {
        return refuse(ApiError::not_found(format!("{name} with ID {id} not found")));
    };
    let mut fields = object.fields();
    fields.extend(changes);
    object.set_fields(&fields);
    object.updated_at = app.clock.now();
    app.objects().replace(object.clone());
    app.notify_consoles();
    done(headers, &row(&object))
}

/// GET of all disputes, newest first.
pub(super) async fn list_disputes(State(app): State<SharedApp>) -> Response {
    json_response(StatusCode::OK, &rows(&app, DISPUTES))
}

/// GET of all charges, newest first.
pub(super) async fn list_charges(State(app): State<SharedApp>) -> Response {
    json_response(StatusCode::OK, &rows(&app, "charges"))
}

fn rows(app: &SharedApp, name: &str) -> Vec<Value> {
    app.objects().newest_first(name).map(row).collect()
}

fn row(object: &Object) -> Value {
    let mut row = object.fields();
    for (name, value) in [
        ("id", object.id.clone()),
        ("environment", object.environment.word().to_owned()),
        ("created_at", iso(object.created_at)),
        ("updated_at", iso(object.updated_at)),
    ] {
        row.insert(name.to_owned(), value.into());
    }
    Value::Object(row)
}
