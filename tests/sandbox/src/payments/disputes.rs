//! Disputes, which no call of the API opens: a test does it in place of the buyer's bank.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::{TRANSACTIONS, positive, word};
use super::money::Decimal;
use crate::schema::error::ApiError;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::state::time::iso;
use crate::webhooks::events::queue_object_event;

/// Name of the resource.
pub(crate) const DISPUTES: &str = "disputes";
/// Status of a dispute for which the merchant has sent evidence.
pub(crate) const UNDER_REVIEW: &str = "under_review";
/// The words of a dispute that has ended. No document names any.
const CLOSED: &[&str] = &["won", "lost", "closed"];

/// A dispute as webhooks and the control API show it.
pub(crate) fn dispute_row(dispute: &Object) -> Value {
    let mut row = dispute.fields();
    for (name, value) in [
        ("id", dispute.id.clone()),
        ("dispute_id", dispute.id.clone()),
        ("environment", dispute.environment.word().to_owned()),
        ("created_at", iso(dispute.created_at)),
        ("updated_at", iso(dispute.updated_at)),
    ] {
        row.insert(name.to_owned(), value.into());
    }
    Value::Object(row)
}

/// Opens a dispute about a payment, of the whole amount where none is sent. The balance stays as it
/// is: how the servers move the money of a dispute is not documented.
///
/// # Errors
/// 404 when there is no such transaction, 400 when it is not paid or the amount is higher.
pub(crate) fn open_dispute(app: &App, mut fields: Map<String, Value>) -> Result<Object, ApiError> {
    let mut objects = app.objects();
    let id = word(&fields, "transaction_id");
    let transaction = objects.get(TRANSACTIONS, id).cloned();
    let unknown = || ApiError::not_found(format!("Transaction with ID {id} not found"));
    let transaction = transaction.ok_or_else(unknown)?;
    let row = transaction.fields();
    if !matches!(word(&row, "status"), "completed" | "refunded") {
        return Err(ApiError::bad_request("Only a completed transaction can be disputed"));
    }
    let net = row.get("net_amount").cloned().unwrap_or_default();
    if fields.contains_key("amount") {
        let rest = Decimal::from_json(&net).unwrap_or(Decimal::ZERO);
        if rest.minus(positive(&fields, "amount")?).is_none_or(Decimal::is_negative) {
            return Err(ApiError::bad_request("The amount is higher than the payment"));
        }
    }
    fields.entry("amount").or_insert(net);
    fields.entry("reason").or_insert_with(|| "fraudulent".into());
    fields.entry("status").or_insert_with(|| "needs_response".into());
    fields.insert("currency_code".to_owned(), word(&row, "currency_code").into());
    let id = Uuid::new_v4().to_string();
    let now = app.clock.now();
    let dispute = Object::new(DISPUTES, id, transaction.environment, now, &fields);
    objects.insert(dispute.clone());
    drop(objects);
    queue_object_event(app, dispute.environment, "DISPUTE_CREATED", &dispute_row(&dispute));
    Ok(dispute)
}

/// Changes a dispute; None when there is no such one.
///
/// # Errors
/// 409 when it has ended.
pub(crate) fn change_dispute(
    app: &App,
    id: &str,
    changes: Map<String, Value>,
) -> Result<Option<Object>, ApiError> {
    let mut objects = app.objects();
    let Some(mut dispute) = objects.get(DISPUTES, id).cloned() else {
        return Ok(None);
    };
    let mut fields = dispute.fields();
    let is_closed = |fields: &Map<String, Value>| CLOSED.contains(&word(fields, "status"));
    if is_closed(&fields) {
        return Err(ApiError::conflict(format!("Dispute {id} has ended")));
    }
    for name in ["status", "reason", "evidence"] {
        if let Some(value) = changes.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    dispute.set_fields(&fields);
    dispute.updated_at = app.clock.now();
    objects.replace(dispute.clone());
    drop(objects);
    let event = if is_closed(&fields) { "DISPUTE_CLOSED" } else { "DISPUTE_UPDATED" };
    queue_object_event(app, dispute.environment, event, &dispute_row(&dispute));
    Ok(Some(dispute))
}
