//! Usage events: each is recorded once, and takes units that the customer has bought ahead.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::word;
use super::money::Decimal;
use super::prepaid::{missing, units, use_up};
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::time::{iso, parse_iso};

/// Name of the resource.
const USAGE: &str = "usage";

/// A usage event that the API was asked to record.
pub(crate) enum Usage {
    /// It is stored, and counted where a balance has its units.
    New(Object),
    /// The event that was stored before with the same `transaction_id`.
    Known(Object),
}

/// Records a usage event, unless its `transaction_id` was recorded before.
///
/// # Errors
/// 400 with one problem for each field that is missing or wrong.
pub(crate) fn record_usage(
    app: &App,
    environment: Environment,
    generation: Generation,
    mut fields: Map<String, Value>,
) -> Result<Usage, ApiError> {
    let used = checked(&fields)?;
    let now = app.clock.now();
    // One lock for search and insert: of two repeats at once, one is counted.
    let mut objects = app.objects();
    let id = word(&fields, "transaction_id");
    let is_repeat = |other: &&Object| {
        other.environment == environment && word(&other.fields(), "transaction_id") == id
    };
    let known = objects.newest_first(USAGE).find(is_repeat).cloned();
    if let Some(known) = known {
        return Ok(Usage::Known(known));
    }
    let mut event = Object::new(USAGE, Uuid::new_v4().to_string(), environment, now, &fields);
    let meter = use_up(&mut objects, &event, used, now);
    let time = parse_iso(word(&fields, "timestamp")).unwrap_or(now);
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    set("quantity", used.into());
    set("occurred_at", iso(time).into());
    match meter {
        Some(meter_id) => {
            set("meter_id", meter_id);
            set("processing_status", "processed".into());
            set("quantity_applied", used.into());
        }
        // The newest API bills nothing later.
        None if generation == Generation::E => {
            set("processing_status", "failed".into());
            set("error_message", "insufficient_balance".into());
            set("quantity_applied", 0.into());
        }
        None => set("processing_status", "pending".into()),
    }
    event.set_fields(&fields);
    objects.insert(event.clone());
    Ok(Usage::New(event))
}

/// The number of units of an event that has what every event must have.
fn checked(event: &Map<String, Value>) -> Result<Decimal, ApiError> {
    let mut problems = missing(event, &["transaction_id", "code", "customer_id"]);
    let used = units(event, "quantity", 1).filter(|units| units.is_positive());
    if used.is_none() {
        problems.push(Problem::new("quantity", "must be a number above 0"));
    }
    match used {
        Some(used) if problems.is_empty() => Ok(used),
        _ => Err(ApiError::invalid(problems)),
    }
}
