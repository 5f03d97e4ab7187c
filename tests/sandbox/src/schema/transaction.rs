//! The transaction of a payment, as webhooks send it.

use serde_json::{Value, json};

use super::input::currency;
use crate::state::app::App;
use crate::state::sessions::Session;
use crate::state::time::iso;

/// The transaction of a session's last payment.
pub(crate) fn transaction_value(app: &App, session: &Session) -> Value {
    let input = session.input();
    let field = |name: &str| input.get(name).cloned().unwrap_or(Value::Null);
    let payment = session.payment.as_deref();
    let card = payment.is_some_and(|p| p.provider == "CARD");
    json!({
        "transaction_id": payment.map(|p| p.transaction_id),
        "checkout_session_id": session.id,
        "organization_id": app.identity.organization_id,
        "merchant_id": app.identity.merchant_id,
        "customer_id": field("customer_id"),
        "customer_email": field("customer_email"),
        "customer_name": field("customer_name"),
        "customer_phone": field("customer_phone"),
        "product_id": field("product_id"),
        "price_id": field("price_id"),
        "subscription_id": field("subscription_id"),
        "transaction_type": "payment",
        "status": payment.map_or("pending", |p| p.state.word()),
        "failure_reason": payment.and_then(|p| p.reason.as_deref()),
        "description": input.get("description").or_else(|| input.get("public_description"))
            .or_else(|| input.get("title")).cloned(),
        "quantity": payment.map_or(1, |p| p.quantity),
        "gross_amount": payment.map_or_else(|| field("amount"), |p| p.gross.clone()),
        "discount_amount": payment.map_or_else(|| 0.into(), |p| p.discount.clone()),
        "fee_amount": 0,
        "net_amount": payment.map_or_else(|| field("amount"), |p| p.net.clone()),
        "currency_code": currency(&input),
        "provider_code": payment.map(|p| if card { "STRIPE" } else { p.provider.as_str() }),
        "payment_method_code": payment.map(|p| match p.provider.as_str() {
            "CARD" => "CARDS",
            "SPI" => "BANK_TRANSFER",
            _ => "MOBILE_MONEY",
        }),
        "metadata": input.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "environment": session.environment.word(),
        "created_at": iso(payment.map_or(session.created_at, |p| p.created_at)),
        "updated_at": iso(payment.map_or(session.updated_at, |p| p.updated_at)),
    })
}
