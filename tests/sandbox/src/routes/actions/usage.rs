//! Usage events, which the caller identifies: a repeat is not counted again.

use serde_json::Value;

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::action::Shape;
use crate::schema::object::shape_value;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::webhooks::events::queue_object_event;

/// Name of the resource.
const USAGE: &str = "usage";

/// The event that was recorded with the same identifier of the caller, if there is one.
pub(super) fn recorded(app: &App, caller: &Caller, transaction_id: &Value) -> Option<Object> {
    let id = transaction_id.as_str().filter(|id| !id.is_empty())?;
    let objects = app.objects();
    let mut own = objects.newest_first(USAGE).filter(|o| o.environment == caller.environment);
    own.find(|o| o.fields().get("transaction_id").and_then(Value::as_str) == Some(id)).cloned()
}

/// Sends the event of a recorded use.
pub(super) fn report(app: &App, shape: &Shape, usage: &Object) {
    let data = shape_value(app, Generation::D, shape, usage);
    queue_object_event(app, usage.environment, "USAGE_RECORDED", &data);
}
