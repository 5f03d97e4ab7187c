//! Payouts from the balance.

use serde_json::{Map, Value, json};

use super::ledger::{balances_of, word};
use super::money::Decimal;
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::schema::object::{new_object, object_value};
use crate::schema::resource::Resource;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::webhooks::events::queue_object_event;

/// Makes a payout, which completes at once, and returns the body of the response.
///
/// # Errors
/// When the balance is too low; generation C, of whose server nothing is known, does not check it.
pub(crate) fn create_payout(
    app: &App,
    resource: &Resource,
    generation: Generation,
    environment: Environment,
    mut fields: Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut objects = app.objects();
    if generation != Generation::C {
        let amount = fields.get("amount").and_then(Decimal::from_json);
        let Some(amount) = amount.filter(|a| a.is_positive()) else {
            return Err(ApiError::invalid(vec![Problem::new("amount", "must be greater than 0")]));
        };
        let balances = balances_of(&objects, environment);
        let currency = word(&fields, "currency_code");
        let balance = balances.get(currency).copied().unwrap_or(Decimal::ZERO);
        if balance.minus(amount).is_none_or(Decimal::is_negative) {
            return Err(ApiError::bad_request(format!("Insufficient balance in {currency}")));
        }
        fields.insert("status".to_owned(), "completed".into());
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
    if status == "completed" {
        queue_object_event(app, environment, "PAYOUT_COMPLETED", &data);
    }
    Ok(match (generation, resource.name) {
        (Generation::D | Generation::E, "payouts") => json!({
            "success": true,
            "payout_id": payout.id,
            "kind": kind,
            "status": status,
            "message": "Payout completed",
        }),
        _ => object_value(app, generation, resource, &payout),
    })
}
