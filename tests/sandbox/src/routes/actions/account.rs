//! The export of everything that the merchant has.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::middleware::caller::Caller;
use crate::schema::export::EXPORTS;
use crate::schema::object::object_value;
use crate::schema::responses::json_response;
use crate::schema::table::RESOURCES;
use crate::state::app::SharedApp;
use crate::state::objects::Object;

/// POST: an export like those of `/exports`, which can be read there.
pub(super) async fn export(State(app): State<SharedApp>, caller: Caller) -> Response {
    let mut fields = Map::new();
    fields.insert("type".to_owned(), "account_export".into());
    let id = Uuid::new_v4().to_string();
    let export = Object::new(EXPORTS, id, caller.environment, app.clock.now(), &fields);
    app.objects().insert(export.clone());
    app.notify_consoles();
    let resource = RESOURCES.iter().find(|resource| resource.name == EXPORTS);
    let row = resource
        .map_or(Value::Null, |resource| object_value(&app, caller.generation, resource, &export));
    json_response(StatusCode::CREATED, &row)
}
