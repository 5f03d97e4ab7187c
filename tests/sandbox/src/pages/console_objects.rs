//! The console's lists of transactions, refunds, payouts and subscriptions, with what can be done.

use minijinja::{Value, context};
use serde_json::{Map, Value as Json};

use super::language::Language;
use crate::payments::ledger::balances;
use crate::payments::money::format_amount;
use crate::payments::plans::is_billed;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::time::iso;

/// Resources with a list, and the fields that say how much, where from or to, and what for.
const LISTS: &[(&str, &[&str], &[&str])] = &[
    ("transactions", &["net_amount"], &["provider_code", "customer_name", "description"]),
    ("refunds", &["refunded_amount", "amount"], &["transaction_id"]),
    ("payouts", &["amount"], &["destination", "rail"]),
    ("subscriptions", &["plan_amount", "amount"], &["plan_name", "customer_id"]),
];

/// The lists that have rows, with the newest first.
pub(super) fn object_lists(app: &App, most: usize, language: Language) -> Vec<Value> {
    let objects = app.objects();
    let lists = LISTS.iter().map(|(resource, amounts, about)| {
        let newest = objects.newest_first(resource).take(most);
        let rows: Vec<Value> = newest.map(|o| row(o, amounts, about, language)).collect();
        context! { name => *resource, rows }
    });
    lists.filter(|list| list.get_attr("rows").is_ok_and(|rows| rows.is_true())).collect()
}

/// What can be paid out, by environment and currency.
pub(super) fn balance_rows(app: &App, language: Language) -> Vec<Value> {
    let all = [Environment::Test, Environment::Live].into_iter();
    all.flat_map(|environment| {
        balances(app, environment).into_iter().map(move |(currency, balance)| {
            let amount = format_amount(&balance.into(), &currency, language.is_french());
            context! { environment => environment.word(), currency, amount }
        })
    })
    .collect()
}

fn row(object: &Object, amounts: &[&str], about: &[&str], language: Language) -> Value {
    let fields = object.fields();
    let text = |name: &str| fields.get(name).and_then(Json::as_str);
    let status = text("status").unwrap_or_default();
    let tone = match status {
        "completed" | "active" | "refunded" => "good",
        "failed" | "cancelled" | "expired" | "past_due" => "bad",
        _ => "wait",
    };
    let currency = text("currency_code").or_else(|| text("plan_currency_code")).unwrap_or("XOF");
    let amount = amounts.iter().find_map(|name| fields.get(*name));
    let next = text("next_billing_date").filter(|_| is_billed(status));
    context! {
        id => object.id.as_str(),
        amount => amount.map(|a| format_amount(a, currency, language.is_french())),
        about => about.iter().filter_map(|name| text(name)).map(str::to_owned).collect::<Vec<_>>(),
        environment => object.environment.word(),
        created => iso(object.created_at),
        next,
        status,
        tone,
        actions => actions(object, &fields, status),
    }
}

/// The buttons of a row: the name of the text, where it is sent, and the field that goes with it.
fn actions(object: &Object, fields: &Map<String, Json>, status: &str) -> Vec<Value> {
    let id = &object.id;
    let action = |label: &str, path: String, name: &str, value: &str| {
        context! { label, path, name, value }
    };
    let provider = fields.get("provider_code").and_then(Json::as_str);
    match (object.resource.as_str(), status) {
        // Today's server refunds these alone.
        ("transactions", "completed") if matches!(provider, Some("WAVE" | "STRIPE")) => {
            vec![action("c_refund", format!("/_sandbox/transactions/{id}/refund"), "", "")]
        }
        ("payouts", "pending" | "processing" | "completed") => {
            let path = || format!("/_sandbox/objects/payouts/{id}");
            let mut buttons = vec![action("c_fail", path(), "status", "failed")];
            if status != "completed" {
                buttons.insert(0, action("c_complete", path(), "status", "completed"));
            }
            buttons
        }
        ("subscriptions", status) if is_billed(status) || status == "past_due" => {
            let path = || format!("/_sandbox/subscriptions/{id}/renew");
            vec![
                action("c_renew", path(), "result", "completed"),
                action("c_renew_fails", path(), "result", "failed"),
            ]
        }
        _ => Vec::new(),
    }
}
