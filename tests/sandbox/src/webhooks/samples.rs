//! Sample data of every event, for an endpoint that has yet to see one.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Names of the events that a server sends, in the order of what they are about.
pub(crate) const EVENTS: &[&str] = &[
    "PAYMENT_CREATED",
    "PAYMENT_SUCCEEDED",
    "PAYMENT_FAILED",
    "PAYMENT_RISK_FLAGGED",
    "PAYMENT_RISK_BLOCKED",
    "REFUND_CREATED",
    "REFUND_COMPLETED",
    "REFUND_FAILED",
    "PAYOUT_CREATED",
    "PAYOUT_COMPLETED",
    "PAYOUT_FAILED",
    "SUBSCRIPTION_CREATED",
    "SUBSCRIPTION_UPDATED",
    "SUBSCRIPTION_RENEWED",
    "SUBSCRIPTION_CANCELLED",
    "DISPUTE_CREATED",
    "DISPUTE_UPDATED",
    "DISPUTE_CLOSED",
    "USAGE_RECORDED",
    "USAGE_INVOICE_CREATED",
    "USAGE_INVOICE_PAID",
    "USAGE_INVOICE_OVERDUE",
    "SUBSCRIPTION_USAGE_PERIOD_CLOSED",
    "NETWORK_TRANSFER_CREATED",
    "NETWORK_TRANSFER_REVERSED",
    "NETWORK_MEMBER_PAYOUT_PAID",
    TEST_EVENT,
];

/// The event by which an endpoint is tried out.
pub(crate) const TEST_EVENT: &str = "test.webhook";

/// The name that servers send: `PAYMENT_SUCCEEDED` for `payment.succeeded` of the documents. Other
/// names are unchanged.
pub(crate) fn current_name(event: &str) -> String {
    let event = event.trim();
    let name = event.replace(['.', '-'], "_").to_ascii_uppercase();
    let name = name.replace("CANCELED", "CANCELLED");
    if EVENTS.contains(&name.as_str()) { name } else { event.to_owned() }
}

/// Whether the data of an event can be made up here.
pub(crate) fn is_known(event: &str) -> bool {
    EVENTS.contains(&event) || event.starts_with("checkout.session.")
}

/// `data` of a sample; a name that is not known has that of a payment.
pub(crate) fn sample_data(event: &str, now: &str) -> Value {
    let row = match event.split('_').next().unwrap_or_default() {
        _ if event == TEST_EVENT => return json!({"message": "Test event"}),
        _ if event.starts_with("checkout.session.") => session(event),
        _ if event == "NETWORK_MEMBER_PAYOUT_PAID" => payout("completed"),
        "REFUND" => refund(event),
        "PAYOUT" => payout(status(event, "completed")),
        "DISPUTE" => dispute(event),
        "NETWORK" => transfer(event),
        "USAGE" if event == "USAGE_RECORDED" => usage(now),
        "USAGE" => invoice(event, now),
        "SUBSCRIPTION" if event == "SUBSCRIPTION_USAGE_PERIOD_CLOSED" => {
            json!({"subscription_id": Uuid::new_v4(), "period_end": now})
        }
        "SUBSCRIPTION" => subscription(event, now),
        _ => transaction(event),
    };
    let Value::Object(mut row) = row else {
        return row;
    };
    for (name, value) in [("environment", "test"), ("created_at", now), ("updated_at", now)] {
        row.insert(name.to_owned(), value.into());
    }
    if event == "SUBSCRIPTION_UPDATED" {
        return json!({
            "object": row,
            "previous_attributes": {"status": "paused"},
            "context": {"source": "api", "actor": "merchant"},
        });
    }
    Value::Object(row)
}

/// Puts the fields of a caller in place of those of a sample.
pub(crate) fn with_fields(data: &mut Value, fields: Map<String, Value>) {
    if let Some(data) = data.as_object_mut() {
        data.extend(fields);
    }
}

/// The status that follows from the last word of an event.
fn status(event: &str, done: &'static str) -> &'static str {
    match event.rsplit('_').next().unwrap_or_default() {
        "SUCCEEDED" | "COMPLETED" => done,
        "FAILED" | "BLOCKED" => "failed",
        _ => "pending",
    }
}

fn session(event: &str) -> Value {
    json!({
        "checkout_session_id": Uuid::new_v4(),
        "status": if event.ends_with("completed") { "completed" } else { "expired" },
        "amount": 10_000,
        "currency_code": "XOF",
        "metadata": {},
    })
}

fn transaction(event: &str) -> Value {
    json!({
        "transaction_id": Uuid::new_v4(),
        "checkout_session_id": Uuid::new_v4(),
        "transaction_type": "payment",
        "status": status(event, "completed"),
        "customer_name": "Awa Diop",
        "customer_email": "awa@example.com",
        "description": "Panier du jour",
        "quantity": 1,
        "gross_amount": 10_000,
        "discount_amount": 0,
        "fee_amount": 0,
        "net_amount": 10_000,
        "currency_code": "XOF",
        "provider_code": "WAVE",
        "payment_method_code": "MOBILE_MONEY",
        "metadata": {},
    })
}

fn refund(event: &str) -> Value {
    json!({
        "refund_id": Uuid::new_v4(),
        "transaction_id": Uuid::new_v4(),
        "amount": 4_000,
        "refunded_amount": 4_000,
        "fee_amount": 0,
        "currency_code": "XOF",
        "reason": "Article abîmé",
        "status": status(event, "completed"),
        "metadata": {},
    })
}

fn payout(status: &str) -> Value {
    json!({
        "payout_id": Uuid::new_v4(),
        "kind": "withdrawal",
        "amount": 25_000,
        "currency_code": "XOF",
        "provider_code": "WAVE",
        "payment_method_code": "MOBILE_MONEY",
        "status": status,
        "metadata": {},
    })
}

fn subscription(event: &str, now: &str) -> Value {
    json!({
        "subscription_id": Uuid::new_v4(),
        "customer_id": Uuid::new_v4(),
        "product_id": Uuid::new_v4(),
        "price_id": Uuid::new_v4(),
        "status": if event.ends_with("CANCELLED") { "cancelled" } else { "active" },
        "plan_name": "Abonnement",
        "plan_amount": 5_000,
        "plan_currency_code": "XOF",
        "plan_billing_frequency": "month",
        "start_date": now,
        "next_billing_date": now,
        "end_date": null,
        "metadata": {},
    })
}

fn dispute(event: &str) -> Value {
    let id = Uuid::new_v4();
    json!({
        "id": id,
        "dispute_id": id,
        "transaction_id": Uuid::new_v4(),
        "amount": 10_000,
        "currency_code": "XOF",
        "reason": "fraudulent",
        "status": match event {
            "DISPUTE_CREATED" => "needs_response",
            "DISPUTE_UPDATED" => "under_review",
            _ => "won",
        },
    })
}

fn transfer(event: &str) -> Value {
    let reversed = event.ends_with("REVERSED");
    json!({
        "id": format!("tr_{}", Uuid::new_v4().simple()),
        "object": "transfer",
        "amount": 4_000,
        "currency_code": "XOF",
        "transfer_type": if reversed { "transfer_reversal" } else { "separate" },
        "status": "posted",
        "destination": "acct_1",
        "reversed_transfer_id": reversed.then(|| format!("tr_{}", Uuid::new_v4().simple())),
        "reversed_amount": 0,
        "metadata": {},
    })
}

fn usage(now: &str) -> Value {
    json!({
        "event_id": Uuid::new_v4(),
        "transaction_id": Uuid::new_v4(),
        "customer_id": Uuid::new_v4(),
        "meter_id": Uuid::new_v4(),
        "code": "sms",
        "quantity": 1,
        "processing_status": "processed",
        "occurred_at": now,
    })
}

fn invoice(event: &str, now: &str) -> Value {
    json!({
        "customer_invoice_id": Uuid::new_v4(),
        "customer_id": Uuid::new_v4(),
        "amount": 5_000,
        "currency_code": "XOF",
        "status": match event {
            "USAGE_INVOICE_PAID" => "paid",
            "USAGE_INVOICE_OVERDUE" => "overdue",
            _ => "sent",
        },
        "due_date": now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_data_with_an_id_of_its_own_kind() {
        for (event, id) in [
            ("PAYMENT_FAILED", "transaction_id"),
            ("REFUND_FAILED", "refund_id"),
            ("PAYOUT_CREATED", "payout_id"),
            ("SUBSCRIPTION_RENEWED", "subscription_id"),
            ("DISPUTE_CLOSED", "dispute_id"),
            ("USAGE_RECORDED", "event_id"),
            ("USAGE_INVOICE_PAID", "customer_invoice_id"),
            ("NETWORK_TRANSFER_CREATED", "id"),
            ("NETWORK_MEMBER_PAYOUT_PAID", "payout_id"),
        ] {
            let data = sample_data(event, "2026-01-01T00:00:00.000Z");
            assert!(data[id].is_string(), "{event}: {data}");
            assert_eq!(data["environment"], "test", "{event}");
        }
        let updated = sample_data("SUBSCRIPTION_UPDATED", "2026-01-01T00:00:00.000Z");
        assert!(updated["object"]["subscription_id"].is_string());
        assert_eq!(updated["context"]["source"], "api");
    }

    #[test]
    fn dotted_names_are_those_of_events() {
        assert_eq!(current_name("payment.succeeded"), "PAYMENT_SUCCEEDED");
        assert_eq!(current_name("subscription.canceled"), "SUBSCRIPTION_CANCELLED");
        assert_eq!(current_name("test.webhook"), "test.webhook");
        assert_eq!(current_name("checkout.session.completed"), "checkout.session.completed");
    }
}
