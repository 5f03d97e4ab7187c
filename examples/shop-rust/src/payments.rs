//! What the shop asks of lomi.: a checkout session for an order, its state, a refund.

use lomi::models::{CheckoutSessionCreate, CheckoutSessionStatus, Refund, RefundCreate};
use lomi::{
    CallOptions, Client, Created, Error, FindOptions, FoundOutcome, Map, UnknownCall, Value,
};

use crate::orders::{self, Order};
use crate::pages::Failure;

/// The page on which the buyer pays the order; the order's own page if there is nothing to pay.
pub(crate) async fn checkout_page(
    lomi: &Client,
    order: &Order,
    url: &str,
) -> Result<String, Failure> {
    let (mut attempt, own_page) = (order.attempt, url.to_owned());
    if order.status != "pending" {
        return Ok(own_page);
    }
    if let Some(session) = &order.session_id {
        let session = lomi.checkout_sessions().get(session).await?;
        match session.status {
            Some(CheckoutSessionStatus::Open) => {
                return Ok(session.checkout_url.unwrap_or(own_page));
            }
            Some(CheckoutSessionStatus::Expired) => attempt += 1,
            _ => return Ok(own_page),
        }
    }
    let body = CheckoutSessionCreate::new()
        .amount(order.amount)
        .currency_code("XOF")
        .title("Coffee beans, 1 kg")
        .metadata(Map::from_iter([("order".to_owned(), order.id.as_str().into())]))
        .success_url(url)
        .cancel_url(format!("{url}?cancelled=1"));
    // Two clicks, or a crash after this call, give the same session.
    let key = lomi::idempotency_key::for_attempt(order.id.as_str(), attempt)?;
    let options = CallOptions::new().idempotency_key(key);
    let session = lomi.checkout_sessions().create_with(body, options).await?.into_session()?;
    let sql = "UPDATE orders SET attempt = ?, session_id = ?, failed = 0 WHERE id = ?";
    orders::run(sql, (attempt, session.checkout_session_id, &order.id))?;
    Ok(session.checkout_url.unwrap_or(own_page))
}

/// The state to show to a buyer who is back. What marks the order as paid is `on_event`.
pub(crate) async fn state_of(
    lomi: &Client,
    order: &Order,
    cancelled: bool,
) -> Result<String, Error> {
    let Some(session) = order.session_id.as_ref().filter(|_| order.status == "pending") else {
        return Ok(order.status.clone());
    };
    let session = lomi.checkout_sessions().get(session).await?;
    let amount = session.amount.and_then(|amount| amount.as_i64());
    let id = session.metadata.as_ref().and_then(|metadata| metadata.get("order")?.as_str());
    let fits = amount == Some(order.amount) && id == Some(&order.id);
    Ok(String::from(match session.status {
        Some(CheckoutSessionStatus::Completed) if fits => "paid",
        Some(CheckoutSessionStatus::Expired) => "expired",
        Some(CheckoutSessionStatus::Open) if cancelled => "cancelled",
        _ => "pending",
    }))
}

/// Refunds a paid order once. If the outcome is unknown, the refund is looked for, never sent again.
pub(crate) async fn refund(lomi: &Client, order: &Order) -> Result<(), Failure> {
    let claim = "UPDATE orders SET refund_call = 'asked'
        WHERE id = ? AND status = 'paid' AND refund_call IS NULL";
    let mut call = order.refund_call.as_deref().and_then(UnknownCall::from_json);
    if orders::run(claim, [&order.id])? == 1 {
        match send(lomi, order).await {
            Ok(refund) => return made(order, &refund.into()),
            Err(error) => {
                call = error.unknown_call().cloned();
                let stored = call.as_ref().map(UnknownCall::to_json);
                note(order, stored, &format!("Not refunded: {error}"))?;
            }
        }
    }
    // `None`: another request is at work, or was killed. Then the event of the refund tells.
    let Some(call) = call.filter(|_| order.status == "paid") else { return Ok(()) };
    match lomi.find_outcome_of(&call, FindOptions::new()).await? {
        FoundOutcome::Done(refund) => made(order, &refund.json()?),
        FoundOutcome::NotDone => note(order, None, "Not refunded. You can try again."),
        FoundOutcome::Ambiguous(why) => {
            note(order, Some(call.to_json()), &format!("Is it refunded? Ask again. {}", why.reason))
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

fn made(order: &Order, refund: &Value) -> Result<(), Failure> {
    let id = refund.get("refund_id").and_then(Value::as_str);
    orders::run("UPDATE orders SET refund_id = ? WHERE id = ?", (id, &order.id))?;
    Ok(orders::refunded(&orders::connect()?, refund)?)
}

/// Unless the refund's event has come meanwhile.
fn note(order: &Order, call: Option<String>, text: &str) -> Result<(), Failure> {
    let sql = "UPDATE orders SET refund_call = ?, note = concat(note, ?, ' ')
        WHERE id = ? AND status = 'paid'";
    orders::run(sql, (call, text, &order.id))?;
    Ok(())
}
