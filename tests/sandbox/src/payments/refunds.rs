//! Refunds of transactions.

use serde_json::{Map, Value, json};

use super::ledger::{TRANSACTIONS, covers, positive, word};
use super::money::Decimal;
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::schema::object::{new_object, object_value};
use crate::schema::resource::Resource;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::webhooks::events::queue_object_event;

/// Makes a refund and returns the body of the response. It completes at once, unless a scenario
/// keeps it pending or lets it fail.
///
/// # Errors
/// When there is no such transaction, or it cannot be refunded by this amount, or the balance does
/// not cover it because the money was paid out.
pub(crate) fn create_refund(
    app: &App,
    resource: &Resource,
    generation: Generation,
    environment: Environment,
    scenario: Option<&str>,
    input: Map<String, Value>,
) -> Result<Value, ApiError> {
    let status = match scenario {
        Some("pending") => "pending",
        Some("failed") => "failed",
        _ => "completed",
    };
    let mut objects = app.objects();
    let transaction_id = word(&input, "transaction_id").to_owned();
    let transaction = objects.of(environment, TRANSACTIONS, &transaction_id).cloned();
    let mut fields = input;
    let refunded = match transaction {
        Some(transaction) => {
            let refunded = refunded(&transaction, &mut fields, generation)?;
            let currency = word(&fields, "currency_code");
            covers(&objects, environment, currency, positive(&fields, "refunded_amount")?)?;
            fields.insert("status".to_owned(), status.into());
            Some(refunded)
        }
        // Nothing is known of this generation's server: kept as it was sent.
        None if generation == Generation::C => None,
        None => {
            let message = format!("Transaction with ID {transaction_id} not found");
            return Err(ApiError::not_found(message));
        }
    };
    let refund = new_object(app, resource, environment, fields)?;
    if !objects.insert(refund.clone()) {
        return Err(ApiError::conflict(format!("Refund {} exists already", refund.id)));
    }
    let is_known = refunded.is_some();
    if let Some(mut transaction) = refunded.filter(|_| status != "failed") {
        transaction.updated_at = app.clock.now();
        objects.replace(transaction);
    }
    drop(objects);
    let data = object_value(app, Generation::D, resource, &refund);
    queue_object_event(app, environment, "REFUND_CREATED", &data);
    let event = match status {
        "completed" if is_known => Some("REFUND_COMPLETED"),
        "failed" if is_known => Some("REFUND_FAILED"),
        _ => None,
    };
    if let Some(event) = event {
        queue_object_event(app, environment, event, &data);
    }
    Ok(match generation {
        Generation::D | Generation::E => {
            let fields = refund.fields();
            json!({
                "success": true,
                "refund_id": refund.id,
                "transaction_id": transaction_id,
                "refunded_amount": fields.get("refunded_amount"),
                "status": fields.get("status"),
                "message": format!("Refund {status}"),
                "subscription_action": null,
            })
        }
        _ => object_value(app, generation, resource, &refund),
    })
}

/// The transaction after the refund; `fields` get what the refund has of it.
fn refunded(
    transaction: &Object,
    fields: &mut Map<String, Value>,
    generation: Generation,
) -> Result<Object, ApiError> {
    let mut row = transaction.fields();
    if !matches!(word(&row, "status"), "completed") {
        let status = word(&row, "status");
        let message = format!("Only a completed transaction can be refunded; it is {status}");
        return Err(ApiError::bad_request(message));
    }
    let newer = matches!(generation, Generation::D | Generation::E);
    if newer && !matches!(word(&row, "provider_code"), "WAVE" | "STRIPE") {
        let message = format!("Refunds of {} are not supported", word(&row, "provider_code"));
        return Err(ApiError::bad_request(message));
    }
    let net = row.get("net_amount").cloned().unwrap_or_default();
    let exact = |value: &Value| Decimal::from_json(value);
    let before = row.get("refunded_amount").and_then(exact).unwrap_or(Decimal::ZERO);
    // Without an amount, all that is left.
    let left = || exact(&net).and_then(|net| net.minus(before)).map_or(net.clone(), Value::from);
    let amount = fields.get("amount").cloned().unwrap_or_else(left);
    let after = exact(&amount).filter(|a| a.is_positive()).and_then(|a| before.plus(a));
    let Some(after) = after else {
        return Err(ApiError::invalid(vec![Problem::new("amount", "must be greater than 0")]));
    };
    let rest = exact(&net).and_then(|net| net.minus(after));
    let Some(rest) = rest.filter(|rest| !rest.is_negative()) else {
        let message = "The amount is higher than what can still be refunded";
        return Err(ApiError::bad_request(message));
    };
    fields.insert("amount".to_owned(), amount.clone());
    fields.insert("refunded_amount".to_owned(), amount);
    fields.entry("fee_amount").or_insert_with(|| 0.into());
    // Not a field of refunds; balances need it.
    fields.insert("currency_code".to_owned(), word(&row, "currency_code").into());
    row.insert("refunded_amount".to_owned(), after.into());
    if !rest.is_positive() {
        row.insert("status".to_owned(), "refunded".into());
    }
    let mut changed = transaction.clone();
    changed.set_fields(&row);
    Ok(changed)
}
