//! The units of a meter that a customer has bought ahead: grants, and what is left.

use axum::body::Body;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::find::ids;
use crate::middleware::caller::Caller;
use crate::payments::prepaid::{BALANCES, add_units, balance_of};
use crate::routes::body::read_json;
use crate::schema::error::ApiError;
use crate::schema::object::object_value;
use crate::schema::responses::json_response;
use crate::schema::table::RESOURCES;
use crate::state::app::{App, SharedApp};
use crate::state::objects::Object;

/// POST of prepaid units. A repeat adds them again, because the server reads no idempotency key
/// here.
pub(super) async fn grant(
    State(app): State<SharedApp>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let granted = async {
        let Value::Object(grant) = read_json(&headers, body).await? else {
            return Err(ApiError::bad_request("The request body must be a JSON object"));
        };
        let now = app.clock.now();
        let balance = add_units(&mut app.objects(), caller.environment, now, &grant)?;
        app.notify_consoles();
        Ok(json_response(StatusCode::CREATED, &row(&app, &caller, &balance)))
    };
    granted.await.unwrap_or_else(|error: ApiError| caller.refuse(error))
}

/// GET of what a customer has left of a meter: zeros without an id where there is nothing.
pub(super) async fn balance(
    State(app): State<SharedApp>,
    caller: Caller,
    params: RawPathParams,
) -> Response {
    let ids = ids(&params);
    let (Some(meter), Some(customer)) = (ids.first(), ids.get(1)) else {
        return caller.refuse(ApiError::not_found("There is no such balance"));
    };
    let (known, is_meter) = {
        let objects = app.objects();
        let known = balance_of(&objects, caller.environment, meter, customer).cloned();
        (known, objects.of(caller.environment, "meters", meter).is_some())
    };
    match known {
        Some(balance) => json_response(StatusCode::OK, &row(&app, &caller, &balance)),
        None if is_meter => {
            let none = json!({
                "meter_id": meter,
                "customer_id": customer,
                "credited_units": 0,
                "consumed_units": 0,
                "balance": 0,
            });
            json_response(StatusCode::OK, &none)
        }
        None => caller.refuse(ApiError::not_found(format!("Meter with ID {meter} not found"))),
    }
}

fn row(app: &App, caller: &Caller, balance: &Object) -> Value {
    let resource = RESOURCES.iter().find(|resource| resource.name == BALANCES);
    resource.map_or(Value::Null, |resource| object_value(app, caller.generation, resource, balance))
}
