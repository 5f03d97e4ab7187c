//! Instant settlements: the balance, or a payout, is settled at once.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::{INSTANT_SETTLEMENTS, NOT_COUNTED, covers, positive, word};
use super::money::Decimal;
use crate::schema::error::{ApiError, Problem};
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;

/// Makes an instant settlement. The mode `advance` takes its amount from the balance; the mode
/// `rail` settles a payout, which has taken its amount already, so that it moves nothing twice.
///
/// # Errors
/// 400 without an amount, a currency or a mode, or with more than there is; 404 when there is no
/// such payout.
pub(crate) fn create_instant_settlement(
    app: &App,
    environment: Environment,
    mut fields: Map<String, Value>,
) -> Result<Object, ApiError> {
    let amount = positive(&fields, "amount")?;
    if word(&fields, "currency_code").is_empty() {
        return Err(ApiError::invalid(vec![Problem::new("currency_code", "is required")]));
    }
    let mut objects = app.objects();
    match word(&fields, "mode") {
        "advance" => covers(&objects, environment, word(&fields, "currency_code"), amount)?,
        "rail" => {
            let id = word(&fields, "payout_id");
            if id.is_empty() {
                return Err(ApiError::invalid(vec![Problem::new("payout_id", "is required")]));
            }
            let payout = objects.of(environment, "payouts", id).map(Object::fields);
            let unknown = || ApiError::not_found(format!("Payout with ID {id} not found"));
            let payout = payout.ok_or_else(unknown)?;
            let all = payout.get("amount").and_then(Decimal::from_json).unwrap_or(Decimal::ZERO);
            let is_covered = all.minus(amount).is_some_and(|rest| !rest.is_negative());
            if word(&payout, "status") == "failed" || !is_covered {
                return Err(ApiError::bad_request("The payout does not cover this amount"));
            }
            fields.insert(NOT_COUNTED.to_owned(), true.into());
        }
        _ => {
            let problem = Problem::new("mode", "must be one of advance, rail");
            return Err(ApiError::invalid(vec![problem]));
        }
    }
    fields.insert("status".to_owned(), "posted".into());
    let (id, now) = (Uuid::new_v4().to_string(), app.clock.now());
    let settlement = Object::new(INSTANT_SETTLEMENTS, id, environment, now, &fields);
    objects.insert(settlement.clone());
    Ok(settlement)
}
