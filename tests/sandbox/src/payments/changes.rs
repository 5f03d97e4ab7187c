//! Later changes of refunds and payouts, in place of the provider.

use serde_json::{Map, Value};

use super::ledger::{TRANSACTIONS, moves_money, word};
use super::money::Decimal;
use super::plans::after_change;
use super::subscription_changes::{SUBSCRIPTIONS, Source, report_change};
use crate::generation::Generation;
use crate::schema::error::ApiError;
use crate::schema::object::object_value;
use crate::schema::resource::Resource;
use crate::state::app::App;
use crate::state::objects::{Object, ObjectStore};
use crate::webhooks::events::queue_object_event;

/// Changes fields of an object; None when there is no such object. A refund or payout that gets
/// the status `completed` or `failed` sends the event of it, and a refund that fails gives its
/// amount back to what can be refunded.
///
/// # Errors
/// 409 when what has failed would get another status: its amount is in the balance again, and may
/// have left it since.
pub(crate) fn change_object(
    app: &App,
    resource: &Resource,
    id: &str,
    changes: Map<String, Value>,
) -> Result<Option<Object>, ApiError> {
    let mut objects = app.objects();
    let Some(mut object) = objects.get(resource.name, id).cloned() else {
        return Ok(None);
    };
    let old = object.fields();
    let mut fields = old.clone();
    let before = word(&fields, "status").to_owned();
    let is_other = changes.get("status").is_some_and(|status| *status != before);
    if before == "failed" && is_other && moves_money(resource.name) {
        return Err(ApiError::conflict(format!("{} {id} has failed", resource.title())));
    }
    fields.extend(changes);
    if resource.name == SUBSCRIPTIONS {
        after_change(app, &objects, &old, &mut fields);
    }
    object.set_fields(&fields);
    object.updated_at = app.clock.now();
    objects.replace(object.clone());
    let status = word(&fields, "status");
    let event = match (resource.name, status) {
        _ if status == before => None,
        ("refunds", "completed") => Some("REFUND_COMPLETED"),
        ("refunds", "failed") => Some("REFUND_FAILED"),
        ("payouts" | "beneficiary_payouts", "completed") => Some("PAYOUT_COMPLETED"),
        ("payouts" | "beneficiary_payouts", "failed") => Some("PAYOUT_FAILED"),
        _ => None,
    };
    if event == Some("REFUND_FAILED") {
        give_back(&mut objects, &object, &fields);
    }
    drop(objects);
    if resource.name == SUBSCRIPTIONS {
        report_change(app, &old, &object, Source::Dashboard);
    }
    if let Some(event) = event {
        let data = object_value(app, Generation::D, resource, &object);
        queue_object_event(app, object.environment, event, &data);
    }
    Ok(Some(object))
}

/// The transaction of a failed refund can be refunded again.
fn give_back(objects: &mut ObjectStore, refund: &Object, fields: &Map<String, Value>) {
    let id = word(fields, "transaction_id");
    let Some(mut transaction) = objects.of(refund.environment, TRANSACTIONS, id).cloned() else {
        return;
    };
    let mut row = transaction.fields();
    let exact = |row: &Map<String, Value>| row.get("refunded_amount").and_then(Decimal::from_json);
    if let (Some(all), Some(this)) = (exact(&row), exact(fields))
        && let Some(rest) = all.minus(this)
    {
        row.insert("refunded_amount".to_owned(), rest.into());
        row.insert("status".to_owned(), "completed".into());
        transaction.set_fields(&row);
        transaction.updated_at = refund.updated_at;
        objects.replace(transaction);
    }
}
