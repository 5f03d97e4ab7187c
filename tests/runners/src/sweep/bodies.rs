//! The body and the query of an operation: what the servers require of it.

use lomi::binding::table::{Kind, Operation, Returns};
use serde_json::{Map, Value, json};

use super::samples;

/// What else cannot be changed of a payout or a refund.
const FIXED: [&str; 3] = ["currency_code", "status", "transaction_id"];

/// The body of an operation, if it has one: a value for every field, and what servers require.
pub(crate) fn body(operation: &Operation, letter: char, transaction: &str) -> Option<Value> {
    // The amount of money that has moved, or is about to, cannot be changed.
    let is_moved = matches!(operation.id, "update_payout" | "update_refund");
    let mut fields = samples::object(operation.body?, |field| {
        let is_of_money = field.money || FIXED.contains(&field.name);
        field.name != "confirmation_token" && !(is_moved && is_of_money)
    });
    if let Value::Object(required) = required(operation, letter, transaction) {
        fields.extend(required);
    }
    Some(fields.into())
}

/// What the servers require of a body, and cannot be any value.
fn required(operation: &Operation, letter: char, transaction: &str) -> Value {
    match operation.id {
        "create_refund" => json!({"transaction_id": transaction, "amount": 100}),
        "create_payout" if letter == 'B' => {
            json!({"amount": 100, "currency_code": "XOF", "payout_method_id": "pm"})
        }
        "create_payout" => json!({
            "amount": 100, "currency_code": "XOF", "destination": "beneficiary", "rail": "wave",
        }),
        "create_beneficiary_payout" => json!({"amount": 100, "currency_code": "XOF"}),
        "create_payment_link" => {
            json!({"link_type": "instant", "title": "Tea", "currency_code": "XOF"})
        }
        "create_payment_request" => json!({
            "amount": 100, "currency_code": "XOF", "expiry_date": "2101-01-01T00:00:00.000Z",
        }),
        "create_product" => json!({
            "name": "Tea", "product_type": "one_time",
            "prices": [{"amount": 500, "currency_code": "XOF"}],
        }),
        "create_transfer" => json!({
            "amount": 100, "currency_code": "XOF", "destination": "acct_1",
            "source_transaction_id": transaction,
        }),
        "create_instant_settlement" => {
            json!({"amount": 100, "currency_code": "XOF", "mode": "advance"})
        }
        "create_wave_charge" | "create_mtn_charge" => json!({
            "amount": 100, "currency": "XOF",
            "customer": {"name": "Awa", "phoneNumber": "+221770000001"},
        }),
        // More than the hold of the charge, which create_card_charge makes.
        "increment_card_charge" => json!({"amount": 200}),
        "create_discount_coupon" => json!({
            "code": "LOMI2026", "discount_type": "percentage", "discount_percentage": 10,
            "valid_from": "2100-01-01T00:00:00.000Z",
        }),
        "create_customer" | "create_meter" => json!({"name": "Awa"}),
        "create_webhook" => json!({
            "url": "https://shop.example/w", "events": ["PAYMENT_SUCCEEDED"],
            "authorized_events": ["PAYMENT_SUCCEEDED"],
        }),
        "update_webhook" => json!({"url": "https://shop.example/x"}),
        "create_checkout_session" if letter == 'A' => json!({
            "amount": 100, "currency_code": "XOF", "success_url": "https://shop.example/s",
            "cancel_url": "https://shop.example/c", "allowed_providers": ["WAVE"],
            "metadata": {"order": "7"},
        }),
        "create_checkout_session" => json!({
            "amount": 100, "currency_code": "XOF", "customer_email": "awa@example.com",
            "line_items": [{"price_id": "p_1", "quantity": 1}],
        }),
        _ => json!({}),
    }
}

/// The query of an operation that has one. That of a list has its numbers only: other parameters
/// are filters, and rows are wanted.
pub(crate) fn query(operation: &Operation) -> Option<Value> {
    if operation.query_parameters.is_empty() || operation.body.is_some() {
        return None;
    }
    let is_list = matches!(operation.returns, Returns::Page(_));
    let fields: Map<String, Value> = operation
        .query_parameters
        .iter()
        .filter(|parameter| !is_list || matches!(parameter.kind, Kind::Integer))
        .map(|parameter| (parameter.name.to_owned(), samples::parameter(parameter)))
        .collect();
    Some(fields.into())
}
