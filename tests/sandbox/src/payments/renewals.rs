//! Subscriptions at the end of their period.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::{TRANSACTIONS, word};
use super::periods::day_of;
use super::plans::{ANCHOR_DAY, ENDS_WITH_PERIOD, Plan, is_billed};
use super::subscription_changes::{SUBSCRIPTIONS, Source, report, report_change};
use crate::schema::error::ApiError;
use crate::schema::transaction::{Renewal, renewal_value};
use crate::state::app::App;
use crate::state::objects::{Object, ObjectStore};
use crate::state::payment::PaymentState;
use crate::state::time::{Millis, iso, parse_day};
use crate::webhooks::events::queue_object_event;

/// Maximum number of periods that are billed before other requests are served.
const MOST_AT_ONCE: usize = 500;

/// Renews every subscription whose period is over, the earliest period first. Periods that were
/// skipped at once are renewed one by one. Returns their number.
pub(crate) fn renew_due(app: &App) -> usize {
    let mut renewed = 0;
    for _ in 0..MOST_AT_ONCE {
        let now = app.clock.now();
        let due = app.objects().next_due().filter(|(at, _)| *at <= now);
        let Some((at, id)) = due else {
            break;
        };
        renewed += usize::from(end_period(app, &id, at));
    }
    renewed
}

/// Ends a period: renews, cancels or expires the subscription. True when it was renewed.
fn end_period(app: &App, id: &str, at: Millis) -> bool {
    let mut objects = app.objects();
    let Some(mut subscription) = objects.get(SUBSCRIPTIONS, id).cloned() else {
        return false;
    };
    let before = subscription.fields();
    let mut fields = before.clone();
    let is_cancelled = fields.remove(ENDS_WITH_PERIOD).is_some_and(|flag| flag == true);
    let is_over = parse_day(word(&fields, "end_date")).is_some_and(|end| end <= at);
    if is_cancelled || is_over {
        let status = if is_cancelled { "cancelled" } else { "expired" };
        fields.insert("status".to_owned(), status.into());
        subscription.set_fields(&fields);
        subscription.updated_at = at;
        objects.replace(subscription.clone());
        drop(objects);
        report_change(app, &before, &subscription, Source::Billing);
        return false;
    }
    let Some(plan) = Plan::of(&objects, &fields) else {
        objects.forget_due(id);
        return false;
    };
    renew(app, objects, subscription, &plan, at, at);
    true
}

/// Bills a period: a transaction, and the next date.
fn renew(
    app: &App,
    mut objects: impl std::ops::DerefMut<Target = ObjectStore>,
    mut subscription: Object,
    plan: &Plan,
    ends: Millis,
    at: Millis,
) {
    let mut fields = subscription.fields();
    let day = fields.get(ANCHOR_DAY).and_then(Value::as_i64).and_then(|day| day.try_into().ok());
    let day: i8 = day.unwrap_or_else(|| day_of(ends));
    let next = plan.interval.after(ends, day);
    fields.insert("status".to_owned(), "active".into());
    fields.insert(ANCHOR_DAY.to_owned(), day.into());
    // Without a next date, at the end of the calendar, nothing is billed any more.
    let next = next.map_or(Value::Null, |next| iso(next).into());
    fields.insert("next_billing_date".to_owned(), next);
    subscription.set_fields(&fields);
    subscription.updated_at = at;
    objects.replace(subscription.clone());
    let paid = plan
        .amount
        .is_positive()
        .then(|| bill(app, &mut objects, &subscription, plan, PaymentState::Succeeded, at));
    drop(objects);
    report(app, &subscription, "SUBSCRIPTION_RENEWED");
    if let Some(transaction) = paid {
        let data = Value::Object(transaction);
        queue_object_event(app, subscription.environment, "PAYMENT_SUCCEEDED", &data);
    }
}

/// Stores the transaction of a period and returns its fields.
fn bill(
    app: &App,
    objects: &mut ObjectStore,
    subscription: &Object,
    plan: &Plan,
    state: PaymentState,
    at: Millis,
) -> Map<String, Value> {
    let id = Uuid::new_v4();
    let renewal = Renewal { id, subscription, amount: plan.amount.into(), state, at };
    let Value::Object(fields) = renewal_value(app, &renewal, &plan.currency) else {
        return Map::new();
    };
    let environment = subscription.environment;
    objects.insert(Object::new(TRANSACTIONS, id.to_string(), environment, at, &fields));
    fields
}

/// Renews a subscription now, in place of the end of its period, or lets the payment of it fail,
/// after which it is past due.
///
/// # Errors
/// 404 when there is no such subscription, 409 when it is not billed.
pub(crate) fn renew_now(app: &App, id: &str, succeeds: bool) -> Result<Object, ApiError> {
    let mut objects = app.objects();
    let unknown = || ApiError::not_found(format!("Subscription with ID {id} not found"));
    let mut subscription = objects.get(SUBSCRIPTIONS, id).cloned().ok_or_else(unknown)?;
    let before = subscription.fields();
    let mut fields = before.clone();
    let status = word(&fields, "status");
    if !is_billed(status) && status != "past_due" {
        return Err(ApiError::conflict(format!("Subscription {id} is {status}")));
    }
    let Some(plan) = Plan::of(&objects, &fields) else {
        let message = format!("Subscription {id} has no amount or no billing interval");
        return Err(ApiError::conflict(message));
    };
    let now = app.clock.now();
    if succeeds {
        // What was missed while it was past due is not billed.
        let ends = parse_day(word(&fields, "next_billing_date")).filter(|at| *at > now);
        if ends.is_none() {
            fields.remove(ANCHOR_DAY);
            subscription.set_fields(&fields);
        }
        let ends = ends.unwrap_or(now);
        renew(app, objects, subscription, &plan, ends, now);
    } else {
        fields.insert("status".to_owned(), "past_due".into());
        subscription.set_fields(&fields);
        subscription.updated_at = now;
        objects.replace(subscription.clone());
        let failed = bill(app, &mut objects, &subscription, &plan, PaymentState::Failed, now);
        drop(objects);
        let data = Value::Object(failed);
        queue_object_event(app, subscription.environment, "PAYMENT_FAILED", &data);
        report_change(app, &before, &subscription, Source::Billing);
    }
    app.wake.notify_one();
    app.objects().get(SUBSCRIPTIONS, id).cloned().ok_or_else(unknown)
}
