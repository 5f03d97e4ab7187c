//! The body and the query of an operation: what the servers require of it.

use lomi::binding::table::{Kind, Operation, Returns};
use serde_json::{Map, Value, json};

use super::samples;

/// The body of an operation, if it has one: a value for every field, and what servers require.
pub(crate) fn body(operation: &Operation, letter: char, transaction: &str) -> Option<Value> {
    let mut fields = samples::object(operation.body?, |field| field.name != "confirmation_token");
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
        "create_discount_coupon" => json!({"code": "LOMI2026"}),
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
