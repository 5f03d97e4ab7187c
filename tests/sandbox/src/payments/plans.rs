//! What a subscription bills, and from when to when.

use serde_json::{Map, Value};

use super::ledger::word;
use super::money::Decimal;
use super::periods::{Interval, day_of};
use crate::state::app::App;
use crate::state::objects::ObjectStore;
use crate::state::time::{Millis, iso, parse_day};

/// Whether a subscription with this status is billed at the end of its period.
pub(crate) fn is_billed(status: &str) -> bool {
    matches!(status, "active" | "trial" | "trialing")
}

/// Mark of a subscription that ends with its period.
pub(super) const ENDS_WITH_PERIOD: &str = "cancel_at_period_end";

/// The day of the month on which a subscription is billed.
pub(super) const ANCHOR_DAY: &str = "anchor_day";

/// What is billed each time.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) amount: Decimal,
    pub(super) currency: String,
    pub(super) interval: Interval,
}

impl Plan {
    /// The plan of a subscription. None when no amount, currency or interval is known: nothing is
    /// billed then, because no amount may be made up.
    pub(super) fn of(objects: &ObjectStore, fields: &Map<String, Value>) -> Option<Self> {
        let price = objects.get("prices", word(fields, "price_id"));
        let price = price.map(|price| price.fields()).unwrap_or_default();
        let amount = ["plan_amount", "amount"].iter().find_map(|name| fields.get(*name));
        let amount = amount.or_else(|| price.get("amount")).and_then(Decimal::from_json)?;
        let first = |names: [&str; 2], other: &str| {
            let own = names.iter().map(|name| word(fields, name)).find(|text| !text.is_empty());
            own.unwrap_or_else(|| word(&price, other)).to_owned()
        };
        let currency = first(["plan_currency_code", "currency_code"], "currency_code");
        let word = first(["plan_billing_frequency", "billing_interval"], "billing_interval");
        let interval = Interval::of_word(&word)?;
        (!currency.is_empty() && !amount.is_negative()).then_some(Self {
            amount,
            currency,
            interval,
        })
    }
}

/// Writes down what a new subscription bills and when it begins, where that was not sent.
pub(crate) fn start(app: &App, objects: &ObjectStore, fields: &mut Map<String, Value>) {
    if !is_billed(word(fields, "status")) {
        return;
    }
    let Some(plan) = Plan::of(objects, fields) else {
        return;
    };
    let price = objects.get("prices", word(fields, "price_id")).map(|price| price.fields());
    let frequency = price.map(|price| word(&price, "billing_interval").to_owned());
    let now = app.clock.now();
    let begins = parse_day(word(fields, "start_date")).unwrap_or(now);
    let ends = plan.interval.after(begins, day_of(begins));
    for (name, value) in [
        ("plan_amount", Value::from(plan.amount)),
        ("plan_currency_code", plan.currency.as_str().into()),
        ("amount", plan.amount.into()),
        ("currency_code", plan.currency.as_str().into()),
        ("plan_billing_frequency", frequency.unwrap_or_default().into()),
        ("start_date", iso(begins).into()),
        ("next_billing_date", ends.map_or(Value::Null, |at| iso(at).into())),
    ] {
        if value != "" && !value.is_null() {
            fields.entry(name).or_insert(value);
        }
    }
}

/// Cancels a subscription: at once, or at the end of its period where that is asked for and known.
pub(super) fn cancel(app: &App, fields: &mut Map<String, Value>) {
    let at_end = fields.remove(ENDS_WITH_PERIOD).and_then(|v| v.as_bool()).unwrap_or(false);
    if word(fields, "status") == "cancelled" {
        return;
    }
    let now = app.clock.now();
    let ends = parse_day(word(fields, "next_billing_date")).filter(|at| *at > now);
    match ends.filter(|_| at_end && is_billed(word(fields, "status"))) {
        Some(at) => {
            fields.insert(ENDS_WITH_PERIOD.to_owned(), true.into());
            fields.insert("end_date".to_owned(), iso(at).into());
        }
        None => {
            fields.insert("status".to_owned(), "cancelled".into());
            fields.insert("end_date".to_owned(), iso(now).into());
        }
    }
}

/// Takes a cancellation or a pause back. What was missed is not billed: a new period begins where
/// the last one is over.
pub(super) fn resume(app: &App, objects: &ObjectStore, fields: &mut Map<String, Value>) {
    let was_cancelled = fields.remove(ENDS_WITH_PERIOD).is_some();
    if was_cancelled || word(fields, "status") == "cancelled" {
        fields.remove("end_date");
    }
    fields.insert("status".to_owned(), "active".into());
    skip_missed(app.clock.now(), objects, fields);
}

/// Begins a new period where a change has made a subscription billed again.
pub(crate) fn after_change(
    app: &App,
    objects: &ObjectStore,
    before: &Map<String, Value>,
    fields: &mut Map<String, Value>,
) {
    let name = "next_billing_date";
    let is_moved = before.get(name) != fields.get(name);
    if is_moved {
        fields.remove(ANCHOR_DAY);
    }
    let is_again = !is_billed(word(before, "status")) && is_billed(word(fields, "status"));
    if is_again && !is_moved {
        skip_missed(app.clock.now(), objects, fields);
    }
}

fn skip_missed(now: Millis, objects: &ObjectStore, fields: &mut Map<String, Value>) {
    let is_over = parse_day(word(fields, "next_billing_date")).is_none_or(|at| at <= now);
    let next = Plan::of(objects, fields).filter(|_| is_over);
    if let Some(at) = next.and_then(|plan| plan.interval.after(now, day_of(now))) {
        fields.insert("next_billing_date".to_owned(), iso(at).into());
        fields.remove(ANCHOR_DAY);
    }
}

/// Moves a subscription to another price. It is billed from the next period on, and not at all
/// while the sandbox does not know the price.
pub(super) fn change_plan(objects: &ObjectStore, fields: &mut Map<String, Value>) {
    let price = objects.get("prices", word(fields, "price_id")).map(|price| price.fields());
    let price = price.unwrap_or_default();
    for (name, from) in [
        ("plan_amount", "amount"),
        ("amount", "amount"),
        ("plan_currency_code", "currency_code"),
        ("currency_code", "currency_code"),
        ("plan_billing_frequency", "billing_interval"),
        ("product_id", "product_id"),
    ] {
        match price.get(from) {
            Some(value) => drop(fields.insert(name.to_owned(), value.clone())),
            None if name != "product_id" => drop(fields.remove(name)),
            None => {}
        }
    }
}
