//! Actions that move money.

use serde_json::{Map, Value};

use crate::middleware::caller::Caller;
use crate::payments::settlements::create_instant_settlement;
use crate::payments::transfers::reverse_transfer;
use crate::schema::action::Action;
use crate::schema::error::ApiError;
use crate::state::app::App;
use crate::state::objects::Object;

/// What an action that moves money has made; None for every other action.
pub(super) fn moved(
    app: &App,
    action: &Action,
    caller: &Caller,
    ids: &[String],
    fields: &Map<String, Value>,
) -> Option<Result<Object, ApiError>> {
    let environment = caller.environment;
    let id = ids.first().map(String::as_str).unwrap_or_default();
    match action.id {
        "reverse_transfer" => Some(reverse_transfer(app, environment, id, fields.clone())),
        "create_instant_settlement" => {
            Some(create_instant_settlement(app, environment, fields.clone()))
        }
        _ => None,
    }
}
