//! What the shop asks of lomi.: a checkout session for an order, its state, a refund.

use lomi::models::{CheckoutSessionCreate, CheckoutSessionStatus, Refund, RefundCreate};
use lomi::{
    CallOptions, Client, Created, Error, FindOptions, FoundOutcome, Map, UnknownCall, Value,
};

use crate::orders::{Order, Orders};
use crate::pages::Failure;

/// The page on which the buyer pays the order; the order's own page if there is nothing to pay.
pub(crate) async fn checkout_page(
    lomi: &Client,
    orders: &Orders,
    order: &Order,
    order_url: String,
) -> Result<String, Failure> {
    if order.status != "pending" {
        return Ok(order_url);
    }
    let mut attempt = order.attempt;
    if let Some(session) = &order.session_id {
        match lomi.checkout_sessions().get(session).await?.status {
            Some(CheckoutSessionStatus::Open) => {
                return Ok(order.checkout_url.clone().unwrap_or(order_url));
            }
            Some(CheckoutSessionStatus::Expired) => attempt += 1,
            _ => return Ok(order_url),
        }
    }
    let body = CheckoutSessionCreate::new()
        .amount(order.amount)
        .currency_code("XOF")
        .title("Coffee beans, 1 kg")
        .metadata(Map::from_iter([("order".to_owned(), order.id.as_str().into())]))
        .success_url(&order_url)
        .cancel_url(format!("{order_url}?cancelled=1"));
    // Two clicks, or a crash after this call, give the same session.
    let key = lomi::idempotency_key::for_attempt(order.id.as_str(), attempt)?;
    let options = CallOptions::new().idempotency_key(key);
    let session = lomi.checkout_sessions().create_with(body, options).await?.into_session()?;
    let sql = "UPDATE orders SET attempt = ?, session_id = ?, checkout_url = ?, failed = NULL
        WHERE id = ?";
    orders.run(sql, (attempt, &session.checkout_session_id, &session.checkout_url, &order.id))?;
    Ok(session.checkout_url.unwrap_or(order_url))
}

/// The state to show to a buyer who is back. What marks the order as paid is `on_event`.
pub(crate) async fn state_of(
    lomi: &Client,
    order: &Order,
    is_cancelled: bool,
) -> Result<String, Failure> {
    let Some(session) = order.session_id.as_ref().filter(|_| order.status == "pending") else {
        return Ok(order.status.clone());
    };
    let session = lomi.checkout_sessions().get(session).await?;
    let amount = session.amount.and_then(|amount| amount.as_i64());
    let id = session.metadata.as_ref().and_then(|metadata| metadata.get("order")?.as_str());
    let fits = amount == Some(order.amount) && id == Some(&order.id);
    let state = match session.status {
        Some(CheckoutSessionStatus::Completed) if fits => "paid",
        Some(CheckoutSessionStatus::Expired) => "expired",
        Some(CheckoutSessionStatus::Open) if is_cancelled => "cancelled",
        _ => "pending",
    };
    Ok(state.to_owned())
}

/// Refunds a paid order once. If the outcome is unknown, the refund is looked for, never sent again.
pub(crate) async fn refund(lomi: &Client, orders: &Orders, order: &Order) -> Result<(), Failure> {
    let claim = "UPDATE orders SET refund_call = 'asked', refund_note = 'A refund was asked for.'
        WHERE id = ? AND status = 'paid' AND refund_call IS NULL";
    let mut call = order.refund_call.as_deref().and_then(UnknownCall::from_json);
    if orders.run(claim, [&order.id])? == 1 {
        match send(lomi, order).await {
            Ok(refund) => return made(orders, order, &refund.into()),
            Err(error) => {
                call = error.unknown_call().cloned();
                let stored = call.as_ref().map(UnknownCall::to_json);
                note(orders, order, stored, format!("Not refunded: {error}"))?;
            }
        }
    }
    // `None`: another request is at work, or was killed. Then the event of the refund tells.
    let Some(call) = call.filter(|_| order.status == "paid") else { return Ok(()) };
    match lomi.find_outcome_of(&call, FindOptions::new()).await? {
        FoundOutcome::Done(refund) => made(orders, order, &refund.json()?),
        FoundOutcome::NotDone => {
            note(orders, order, None, "Not refunded. You can try again.".to_owned())
        }
        FoundOutcome::Ambiguous(why) => {
            let text = format!("Is it refunded? Ask again later. {}", why.reason);
            note(orders, order, Some(call.to_json()), text)
        }
        _ => Ok(()),
    }
}

/// The newest API asks before it moves money; the click on "Refund" was the answer.
async fn send(lomi: &Client, order: &Order) -> Result<Refund, Error> {
    let transaction = order.transaction_id.as_deref().unwrap_or_default();
    let body = RefundCreate::new().transaction_id(transaction).amount(order.amount);
    match lomi.refunds().create(body).await? {
        Created::ConfirmationRequired(first) => lomi.confirm(*first).await,
        made => made.into_inner(),
    }
}

fn made(orders: &Orders, order: &Order, refund: &Value) -> Result<(), Failure> {
    let text = |name| refund.get(name).and_then(Value::as_str);
    let (status, call, note) = match text("status") {
        Some("completed") => ("refunded", Some("asked"), None),
        Some("failed") => ("paid", None, Some("The refund failed.")),
        _ => ("paid", Some("asked"), Some("The refund is under way.")),
    };
    let sql = "UPDATE orders SET refund_id = ?, status = ?, refund_call = ?, refund_note = ?
        WHERE id = ? AND status = 'paid'";
    orders.run(sql, (text("refund_id"), status, call, note, &order.id))?;
    Ok(())
}

/// Unless the refund's event has come meanwhile.
fn note(orders: &Orders, order: &Order, call: Option<String>, note: String) -> Result<(), Failure> {
    let sql = "UPDATE orders SET refund_call = ?, refund_note = ? WHERE id = ? AND status = 'paid'";
    orders.run(sql, (call, note, &order.id))?;
    Ok(())
}
