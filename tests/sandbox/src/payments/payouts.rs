//! Payouts from the balance.

use serde_json::{Map, Value, json};

use super::ledger::{NOT_COUNTED, balances_of, covers, positive, word};
use crate::generation::Generation;
use crate::schema::error::ApiError;
use crate::schema::object::{new_object, object_value};
use crate::schema::resource::Resource;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::webhooks::events::queue_object_event;

/// Makes a payout and returns the body of the response. It completes at once, unless a scenario
/// keeps it pending or lets it fail.
///
/// # Errors
/// When the balance is too low. Generation C, of whose server nothing is known, pays out also in a
/// currency without any payment; that payout is in no balance.
pub(crate) fn create_payout(
    app: &App,
    resource: &Resource,
    generation: Generation,
    environment: Environment,
    scenario: Option<&str>,
    mut fields: Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut objects = app.objects();
    let currency = word(&fields, "currency_code").to_owned();
    let has_account = balances_of(&objects, environment).contains_key(&currency);
    let status = match scenario {
        Some("pending") => "pending",
        Some("failed") => "failed",
        _ => "completed",
    };
    if generation == Generation::C && !has_account {
        fields.insert(NOT_COUNTED.to_owned(), true.into());
    } else {
        covers(&objects, environment, &currency, positive(&fields, "amount")?)?;
        if generation != Generation::C || scenario.is_some() {
            fields.insert("status".to_owned(), status.into());
        }
    }
    let kind =
        if word(&fields, "destination") == "beneficiary" { "beneficiary" } else { "withdrawal" };
    if resource.field("kind").is_some() {
        fields.insert("kind".to_owned(), kind.into());
    }
    let payout = new_object(app, resource, environment, fields)?;
    if !objects.insert(payout.clone()) {
        return Err(ApiError::conflict(format!("Payout {} exists already", payout.id)));
    }
    drop(objects);
    let data = object_value(app, Generation::D, resource, &payout);
    queue_object_event(app, environment, "PAYOUT_CREATED", &data);
    let status = payout.fields().remove("status").unwrap_or_default();
    let event = match status.as_str() {
        Some("completed") => Some("PAYOUT_COMPLETED"),
        Some("failed") => Some("PAYOUT_FAILED"),
        _ => None,
    };
    if let Some(event) = event {
        queue_object_event(app, environment, event, &data);
    }
    Ok(match (generation, resource.name) {
        (Generation::D | Generation::E, "payouts") => json!({
            "success": true,
            "payout_id": payout.id,
            "kind": kind,
            "status": status,
            "message": match status.as_str() {
                Some("completed") => "Payout completed",
                Some("failed") => "Payout failed",
                _ => "Payout pending",
            },
        }),
        _ => object_value(app, generation, resource, &payout),
    })
}
