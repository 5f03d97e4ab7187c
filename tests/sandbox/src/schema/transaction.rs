//! The transaction of a payment or a renewal, as webhooks send it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::input::currency;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::state::payment::{Payment, PaymentState};
use crate::state::sessions::Session;
use crate::state::time::{Millis, iso};

/// The transaction of a session's last payment.
pub(crate) fn transaction_value(app: &App, session: &Session) -> Value {
    let mut value = payment_value(app, session);
    let coupon = session.payment.as_deref().and_then(|p| p.coupon.clone());
    if let (Some(row), Some(code)) = (value.as_object_mut(), coupon) {
        row.insert("coupon_code".to_owned(), code.into());
    }
    value
}

fn payment_value(app: &App, session: &Session) -> Value {
    let input = session.input();
    let field = |name: &str| input.get(name).cloned().unwrap_or(Value::Null);
    let payment = session.payment.as_deref();
    json!({
        "transaction_id": payment.map(|p| p.transaction_id),
        "checkout_session_id": (!session.is_charge).then_some(session.id),
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
        "provider_code": payment.map(provider_code),
        "payment_method_code": payment.map(|p| method_code(&p.provider)),
        "metadata": input.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "environment": session.environment.word(),
        "created_at": iso(payment.map_or(session.created_at, |p| p.created_at)),
        "updated_at": iso(payment.map_or(session.updated_at, |p| p.updated_at)),
    })
}

/// The provider of a payment as the API names it.
pub(crate) fn provider_code(payment: &Payment) -> &str {
    if payment.provider == "CARD" { "STRIPE" } else { &payment.provider }
}

fn method_code(provider: &str) -> &'static str {
    match provider {
        "CARD" | "STRIPE" => "CARDS",
        "SPI" => "BANK_TRANSFER",
        _ => "MOBILE_MONEY",
    }
}

/// A period of a subscription that was billed.
#[derive(Debug)]
pub(crate) struct Renewal<'a> {
    /// `transaction_id`.
    pub(crate) id: Uuid,
    /// The subscription.
    pub(crate) subscription: &'a Object,
    /// What was billed.
    pub(crate) amount: Value,
    /// Whether it was paid.
    pub(crate) state: PaymentState,
    /// When.
    pub(crate) at: Millis,
}

/// The transaction of a renewal.
pub(crate) fn renewal_value(app: &App, renewal: &Renewal<'_>, currency: &str) -> Value {
    let fields = renewal.subscription.fields();
    let field = |name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    // Of a payment without a buyer, only that by card is known.
    let provider = fields.get("provider_code").and_then(Value::as_str).unwrap_or("STRIPE");
    let failed = renewal.state == PaymentState::Failed;
    json!({
        "transaction_id": renewal.id,
        "checkout_session_id": null,
        "organization_id": app.identity.organization_id,
        "merchant_id": app.identity.merchant_id,
        "customer_id": field("customer_id"),
        "customer_email": field("customer_email"),
        "customer_name": field("customer_name"),
        "customer_phone": null,
        "product_id": field("product_id"),
        "price_id": field("price_id"),
        "subscription_id": renewal.subscription.id,
        "transaction_type": "payment",
        "status": renewal.state.word(),
        "failure_reason": failed.then_some("declined"),
        "description": field("plan_name"),
        "quantity": 1,
        "gross_amount": renewal.amount,
        "discount_amount": 0,
        "fee_amount": 0,
        "net_amount": renewal.amount,
        "currency_code": currency,
        "provider_code": provider,
        "payment_method_code": method_code(provider),
        "metadata": fields.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "environment": renewal.subscription.environment.word(),
        "created_at": iso(renewal.at),
        "updated_at": iso(renewal.at),
    })
}
