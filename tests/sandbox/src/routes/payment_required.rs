//! The response to create for a customer who has an unpaid invoice.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::payments::actions::INVOICE_FLOW;
use crate::state::app::App;
use crate::state::sessions::Session;
use crate::state::time::MINUTE;

const LIFETIME_MINUTES: i64 = 7 * 24 * 60;
const AMOUNT: u64 = 5_000;

/// The body of a 201 without a session: the invoice must be paid first. None when the customer has
/// no unpaid invoice.
pub(super) fn payment_required(app: &App, caller: &Caller, body: &Value) -> Option<Value> {
    if !matches!(caller.generation, Generation::D | Generation::E) {
        return None;
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let blocked = [text("customer_id"), text("subscription_id")]
        .into_iter()
        .flatten()
        .find(|id| app.is_blocked(id))?;
    let flow = body.get("metadata").and_then(|m| m.get("payment_flow")).and_then(Value::as_str);
    let has_items = body.get("line_items").is_some_and(|items| !items.is_null());
    if has_items || flow == Some(INVOICE_FLOW) {
        return None;
    }
    let (invoice_id, session_id) = (Uuid::new_v4(), Uuid::new_v4());
    let number = format!("INV-{:08}", invoice_id.as_u128() % 100_000_000);
    let input = json!({
        "amount": AMOUNT,
        "currency_code": "XOF",
        "title": number,
        "customer_id": blocked,
        "metadata": {"payment_flow": INVOICE_FLOW, "invoice_id": invoice_id},
    });
    let input = input.as_object().cloned().unwrap_or_else(Map::new);
    let now = app.clock.now();
    let ends = now.saturating_add(LIFETIME_MINUTES * MINUTE);
    // A session for the invoice, so that the invoice can be paid.
    app.sessions().insert(Session::new(session_id, caller.environment, now, ends, &input));
    app.notify_consoles();
    Some(json!({
        "payment_required": true,
        "reason": "invoice_payment_required",
        "blocking_invoice": {
            "invoice_id": invoice_id,
            "invoice_number": number,
            "amount_remaining": AMOUNT,
            "currency_code": "XOF",
            "checkout_url": app.checkout_url(session_id),
        },
    }))
}
