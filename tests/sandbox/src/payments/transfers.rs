//! Transfers to accounts of a network, and their reversals.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::{REVERSAL, TRANSACTIONS, covers, positive, word};
use super::money::Decimal;
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::schema::object::object_value;
use crate::schema::resource::Resource;
use crate::schema::table::RESOURCES;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::webhooks::events::queue_object_event;

/// Name of the resource.
const TRANSFERS: &str = "transfers";

/// Moves an amount from the balance to an account of the network. Returns the transfer.
///
/// # Errors
/// 400 without an amount, a currency or a destination, or with more than the balance; 404 when
/// there is no such source transaction.
pub(crate) fn create_transfer(
    app: &App,
    environment: Environment,
    mut fields: Map<String, Value>,
) -> Result<Object, ApiError> {
    let amount = positive(&fields, "amount")?;
    let missing = ["currency_code", "destination"].into_iter();
    let missing: Vec<_> = missing
        .filter(|name| word(&fields, name).is_empty())
        .map(|name| Problem::new(name, "is required"))
        .collect();
    if !missing.is_empty() {
        return Err(ApiError::invalid(missing));
    }
    let mut objects = app.objects();
    let source = word(&fields, "source_transaction_id");
    if !source.is_empty() && objects.of(environment, TRANSACTIONS, source).is_none() {
        return Err(ApiError::not_found(format!("Transaction with ID {source} not found")));
    }
    covers(&objects, environment, word(&fields, "currency_code"), amount)?;
    for (name, value) in [
        ("object", "transfer".into()),
        ("status", "posted".into()),
        ("transfer_type", "separate".into()),
        ("reversed_amount", 0.into()),
        ("settled_amount", Value::from(amount)),
        ("settled_currency", word(&fields, "currency_code").into()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    let transfer = Object::new(TRANSFERS, new_id(), environment, app.clock.now(), &fields);
    objects.insert(transfer.clone());
    drop(objects);
    report(app, &transfer, "NETWORK_TRANSFER_CREATED");
    Ok(transfer)
}

/// Takes a transfer back, or a part of it. Returns the reversal, which is a transfer of its own.
///
/// # Errors
/// 404 when there is no such transfer; 400 when more than the rest of it is asked for.
pub(crate) fn reverse_transfer(
    app: &App,
    environment: Environment,
    id: &str,
    mut fields: Map<String, Value>,
) -> Result<Object, ApiError> {
    let mut objects = app.objects();
    let unknown = || ApiError::not_found(format!("Transfer with ID {id} not found"));
    let mut transfer = objects.of(environment, TRANSFERS, id).cloned().ok_or_else(unknown)?;
    let mut row = transfer.fields();
    if word(&row, "transfer_type") == REVERSAL || word(&row, "status") != "posted" {
        return Err(ApiError::bad_request("Only a posted transfer can be reversed"));
    }
    let exact = |row: &Map<String, Value>, name: &str| row.get(name).and_then(Decimal::from_json);
    let before = exact(&row, "reversed_amount").unwrap_or(Decimal::ZERO);
    let rest = exact(&row, "amount").and_then(|all| all.minus(before)).unwrap_or(Decimal::ZERO);
    let amount = match fields.get("amount") {
        None | Some(Value::Null) => rest,
        Some(_) => positive(&fields, "amount")?,
    };
    let left = rest.minus(amount).filter(|left| !left.is_negative());
    let (Some(left), Some(reversed)) = (left, before.plus(amount)) else {
        let message = "The amount is higher than what can still be reversed";
        return Err(ApiError::bad_request(message));
    };
    row.insert("reversed_amount".to_owned(), reversed.into());
    if !left.is_positive() {
        row.insert("status".to_owned(), "reversed".into());
    }
    for name in ["currency_code", "settled_currency", "destination", "transfer_group", "source"] {
        if let Some(value) = row.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    for (name, value) in [
        ("object", Value::from("transfer")),
        ("status", "posted".into()),
        ("transfer_type", REVERSAL.into()),
        ("amount", amount.into()),
        ("settled_amount", amount.into()),
        ("reversed_amount", 0.into()),
        ("reversed_transfer_id", id.into()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    let now = app.clock.now();
    transfer.set_fields(&row);
    transfer.updated_at = now;
    objects.replace(transfer);
    let reversal = Object::new(TRANSFERS, new_id(), environment, now, &fields);
    objects.insert(reversal.clone());
    drop(objects);
    report(app, &reversal, "NETWORK_TRANSFER_REVERSED");
    Ok(reversal)
}

fn new_id() -> String {
    format!("tr_{}", Uuid::new_v4().simple())
}

fn report(app: &App, transfer: &Object, event: &str) {
    if let Some(resource) = RESOURCES.iter().find(|r: &&Resource| r.name == TRANSFERS) {
        let data = object_value(app, Generation::E, resource, transfer);
        queue_object_event(app, transfer.environment, event, &data);
    }
}
