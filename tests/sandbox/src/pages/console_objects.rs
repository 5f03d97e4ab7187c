//! The console's lists of transactions, refunds, payouts and subscriptions.

use minijinja::{Value, context};
use serde_json::Value as Json;

use crate::payments::money::format_amount;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::state::time::iso;

/// Resources with a list: name, title, and the fields that say how much and what for.
const LISTS: &[(&str, &str, &[&str], &str)] = &[
    ("transactions", "Transactions", &["net_amount"], "checkout_session_id"),
    ("refunds", "Refunds", &["refunded_amount", "amount"], "transaction_id"),
    ("payouts", "Payouts", &["amount"], "destination"),
    ("subscriptions", "Subscriptions", &["amount", "plan_amount"], "customer_id"),
];

/// The lists that have rows, with the newest first.
pub(super) fn object_lists(app: &App, most: usize) -> Vec<Value> {
    let objects = app.objects();
    let lists = LISTS.iter().map(|(resource, title, amounts, about)| {
        let newest = objects.newest_first(resource).take(most);
        let rows: Vec<Value> = newest.map(|o| row(o, amounts, about)).collect();
        context! { title => *title, rows }
    });
    lists.filter(|list| list.get_attr("rows").is_ok_and(|rows| rows.is_true())).collect()
}

fn row(object: &Object, amounts: &[&str], about: &str) -> Value {
    let fields = object.fields();
    let text = |name: &str| fields.get(name).and_then(Json::as_str);
    let status = text("status").unwrap_or_default();
    let tone = match status {
        "completed" | "active" | "refunded" => "good",
        "failed" | "cancelled" | "expired" | "past_due" => "bad",
        _ => "wait",
    };
    let amount = amounts.iter().find_map(|name| fields.get(*name));
    context! {
        id => object.id.as_str(),
        amount => amount.map(|a| format_amount(a, text("currency_code").unwrap_or("XOF"), true)),
        about => text(about),
        provider => text("provider_code").or_else(|| text("rail")),
        environment => object.environment.word(),
        created => iso(object.created_at),
        status,
        tone,
    }
}
