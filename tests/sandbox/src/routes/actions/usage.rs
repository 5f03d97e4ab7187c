//! POST of usage events.

use serde_json::{Map, Value};

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::payments::usage::{Usage, record_usage};
use crate::schema::action::Shape;
use crate::schema::error::ApiError;
use crate::schema::object::shape_value;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::webhooks::events::queue_object_event;

/// Records a usage event, and sends the event of it where it is new.
pub(super) fn record(
    app: &App,
    shape: Option<&Shape>,
    caller: &Caller,
    fields: Map<String, Value>,
) -> Result<Object, ApiError> {
    let usage = match record_usage(app, caller.environment, caller.generation, fields)? {
        Usage::Known(known) => return Ok(known),
        Usage::New(usage) => usage,
    };
    let data = shape.map_or(Value::Null, |shape| shape_value(app, Generation::D, shape, &usage));
    queue_object_event(app, usage.environment, "USAGE_RECORDED", &data);
    Ok(usage)
}
