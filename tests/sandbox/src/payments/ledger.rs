//! Transactions of payments, and the balances that follow from them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::money::Decimal;
use crate::schema::transaction::transaction_value;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::{Object, ObjectStore};
use crate::state::payment::PaymentState;
use crate::state::sessions::Session;

/// Name of the resource of transactions.
pub(super) const TRANSACTIONS: &str = "transactions";

/// Stores the last payment of a session as a transaction, or the new state of it.
pub(super) fn record_payment(app: &App, session: &Session) {
    let Some(payment) = &session.payment else {
        return;
    };
    let Value::Object(fields) = transaction_value(app, session) else {
        return;
    };
    let id = payment.transaction_id.to_string();
    let mut objects = app.objects();
    match objects.of(session.environment, TRANSACTIONS, &id).cloned() {
        Some(mut object) => {
            object.updated_at = payment.updated_at;
            object.set_fields(&fields);
            objects.replace(object);
        }
        None => {
            let now = payment.created_at;
            objects.insert(Object::new(TRANSACTIONS, id, session.environment, now, &fields));
        }
    }
    if payment.state == PaymentState::Succeeded {
        complete_request(&mut objects, session);
    }
}

/// Completes the payment request that a session pays.
fn complete_request(objects: &mut ObjectStore, session: &Session) {
    let input = session.input();
    let id = word(&input, "payment_request_id");
    if let Some(mut request) = objects.of(session.environment, "payment_requests", id).cloned() {
        let mut fields = request.fields();
        fields.insert("status".to_owned(), PaymentState::Succeeded.word().into());
        request.set_fields(&fields);
        request.updated_at = session.updated_at;
        objects.replace(request);
    }
}

/// Balance of each currency that had a successful payment.
pub(crate) fn balances(app: &App, environment: Environment) -> BTreeMap<String, Decimal> {
    let objects = app.objects();
    balances_of(&objects, environment)
}

pub(super) fn balances_of(
    objects: &ObjectStore,
    environment: Environment,
) -> BTreeMap<String, Decimal> {
    let rows = |resource: &str| {
        let own = objects.newest_first(resource).filter(|o| o.environment == environment);
        own.map(Object::fields).collect::<Vec<_>>()
    };
    let mut balances = BTreeMap::new();
    for row in rows(TRANSACTIONS) {
        if matches!(word(&row, "status"), "completed" | "refunded") {
            add(&mut balances, &row, "net_amount", false);
        }
    }
    for (resource, amount) in
        [("refunds", "refunded_amount"), ("payouts", "amount"), ("beneficiary_payouts", "amount")]
    {
        for row in rows(resource) {
            if matches!(word(&row, "status"), "pending" | "processing" | "completed") {
                add(&mut balances, &row, amount, true);
            }
        }
    }
    balances
}

/// Adds an amount to the balance of its currency. What leaves a currency without a payment changes
/// no balance.
fn add(
    balances: &mut BTreeMap<String, Decimal>,
    row: &Map<String, Value>,
    amount: &str,
    leaves: bool,
) {
    let currency = word(row, "currency_code");
    let Some(amount) = row.get(amount).and_then(Decimal::from_json) else {
        return;
    };
    let before = match balances.get(currency) {
        Some(before) => *before,
        None if leaves => return,
        None => Decimal::ZERO,
    };
    let after = if leaves { before.minus(amount) } else { before.plus(amount) };
    if let Some(after) = after {
        balances.insert(currency.to_owned(), after);
    }
}

/// A string field of an object; empty if the field is missing.
pub(super) fn word<'a>(row: &'a Map<String, Value>, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}
