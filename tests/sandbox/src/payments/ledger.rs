//! Transactions of payments, and the balances that follow from them and from what leaves.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::money::Decimal;
use crate::schema::error::{ApiError, Problem};
use crate::schema::transaction::transaction_value;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::{Object, ObjectStore};
use crate::state::payment::PaymentState;
use crate::state::sessions::Session;

/// Name of the resource of transactions.
pub(super) const TRANSACTIONS: &str = "transactions";
/// Where instant settlements are kept.
pub(crate) const INSTANT_SETTLEMENTS: &str = "settlements.InstantSettlement";
/// `transfer_type` of what brings the money of a transfer back.
pub(super) const REVERSAL: &str = "transfer_reversal";
/// Mark of what leaves no balance: a payout that was made without one, as the documented style
/// allows, and the instant settlement of a payout, which took its amount before.
pub(super) const NOT_COUNTED: &str = "not_counted";

/// What money leaves by, and the field that says how much.
const LEAVES: &[(&str, &str)] = &[
    ("refunds", "refunded_amount"),
    ("payouts", "amount"),
    ("beneficiary_payouts", "amount"),
    ("transfers", "amount"),
    (INSTANT_SETTLEMENTS, "amount"),
];

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
    for (resource, amount) in LEAVES.iter().copied() {
        for row in rows(resource).into_iter().chain(rows(&removed(resource))) {
            let counts = matches!(
                word(&row, "status"),
                "pending" | "processing" | "completed" | "posted" | "reversed"
            );
            if counts && !row.contains_key(NOT_COUNTED) {
                let returns = word(&row, "transfer_type") == REVERSAL;
                add(&mut balances, &row, amount, !returns);
            }
        }
    }
    balances
}

/// Refuses what the balance does not cover.
///
/// # Errors
/// 400 when there is less than this amount.
pub(super) fn covers(
    objects: &ObjectStore,
    environment: Environment,
    currency: &str,
    amount: Decimal,
) -> Result<(), ApiError> {
    let balance = balances_of(objects, environment).remove(currency).unwrap_or(Decimal::ZERO);
    match balance.minus(amount) {
        Some(rest) if !rest.is_negative() => Ok(()),
        _ => Err(ApiError::bad_request(format!("Insufficient balance in {currency}"))),
    }
}

/// The amount of a request, which must be above zero.
///
/// # Errors
/// 400 when it is missing, zero or negative.
pub(super) fn positive(
    fields: &Map<String, Value>,
    name: &'static str,
) -> Result<Decimal, ApiError> {
    let amount = fields.get(name).and_then(Decimal::from_json).filter(|a| a.is_positive());
    amount.ok_or_else(|| ApiError::invalid(vec![Problem::new(name, "must be greater than 0")]))
}

/// The name under which the removed objects of a resource are kept. The money that they moved does
/// not come back because a row is deleted.
pub(crate) fn removed(resource: &str) -> String {
    format!("{resource}.removed")
}

/// Whether the rows of a resource move money, so that a removed one still counts.
pub(crate) fn moves_money(resource: &str) -> bool {
    LEAVES.iter().any(|(name, _)| *name == resource)
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
