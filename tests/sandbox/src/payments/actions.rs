//! Start, result and expiry of payments, with the webhook events that follow.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::coupons::{CouponProblem, Purchase, count_use, discount_of};
use super::ledger::record_payment;
use super::subscription_changes::report;
use super::subscription_start::subscribe;
use super::totals::totals;
use crate::schema::input::base_quantity;
use crate::state::app::App;
use crate::state::objects::ObjectStore;
use crate::state::payment::{Payment, PaymentState};
use crate::state::sessions::{Session, Status};
use crate::webhooks::events::{Event, queue_event};

/// `metadata.payment_flow` of a session that pays an unpaid invoice.
pub(crate) const INVOICE_FLOW: &str = "invoice_payment";

/// Choices of a buyer, or of a test in place of the buyer.
#[derive(Clone, Debug, Default)]
pub(crate) struct PaymentRequest {
    /// Provider code.
    pub(crate) provider: String,
    /// Quantity; None means that of the session.
    pub(crate) quantity: Option<u64>,
    /// Code of a coupon; empty for none.
    pub(crate) coupon: String,
    /// Customer details by field name, such as `customer_name`.
    pub(crate) customer: Vec<(&'static str, String)>,
}

/// Why a payment was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentError {
    /// There is no such session.
    Unknown,
    /// The session is paid or expired.
    NotOpen(Status),
    /// The session has no pending payment.
    NothingPending,
    /// The coupon cannot be used.
    Coupon(CouponProblem),
}

/// Result of a payment.
#[derive(Clone, Debug)]
pub(crate) enum PaymentResult {
    /// The payment succeeded.
    Succeeded,
    /// The payment failed, for this reason.
    Failed(&'static str),
}

/// Starts a payment. It is pending until [`settle`].
pub(crate) fn begin(app: &App, id: Uuid, request: PaymentRequest) -> Result<Session, PaymentError> {
    let now = app.clock.now();
    let mut sessions = app.sessions();
    let mut session = sessions.get(id).cloned().ok_or(PaymentError::Unknown)?;
    match session.status_at(now) {
        Status::Open => {}
        status => return Err(PaymentError::NotOpen(status)),
    }
    let mut input = session.input();
    if is_request_paid(app, &session, &input) {
        return Err(PaymentError::NotOpen(Status::Completed));
    }
    for (name, text) in request.customer {
        if !text.is_empty() {
            input.insert(name.to_owned(), text.into());
        }
    }
    let quantity = request.quantity.unwrap_or_else(|| base_quantity(&input));
    let purchase = Purchase { environment: session.environment, input: &input, quantity, now };
    let mut objects = app.objects();
    let discount = discount_of(&objects, &purchase, &request.coupon);
    let discount = discount.map_err(PaymentError::Coupon)?;
    if let Some(before) = session.payment.as_deref().filter(|p| p.state == PaymentState::Pending) {
        release(&mut objects, &session, before);
    }
    if let Some(discount) = &discount {
        count_use(&mut objects, session.environment, &discount.code, true);
    }
    drop(objects);
    let coupon = discount.as_ref().map(|discount| discount.code.clone());
    let [gross, discount, net] = totals(&input, quantity, discount.as_ref());
    session.set_input(&input);
    session.updated_at = now;
    session.payment = Some(Box::new(Payment {
        transaction_id: Uuid::new_v4(),
        provider: request.provider,
        state: PaymentState::Pending,
        reason: None,
        gross,
        discount,
        net,
        coupon,
        ends: None,
        quantity,
        created_at: now,
        updated_at: now,
    }));
    sessions.replace(session.clone());
    drop(sessions);
    record_payment(app, &session);
    queue_event(app, Event::PaymentCreated, &session);
    Ok(session)
}

/// Ends the pending payment. A late success completes also a session that has expired.
pub(crate) fn settle(app: &App, id: Uuid, result: PaymentResult) -> Result<Session, PaymentError> {
    let now = app.clock.now();
    let mut sessions = app.sessions();
    let mut session = sessions.get(id).cloned().ok_or(PaymentError::Unknown)?;
    let payment = session.payment.as_mut().filter(|p| p.state == PaymentState::Pending);
    let payment = payment.ok_or(PaymentError::NothingPending)?;
    payment.updated_at = now;
    let mut started = None;
    let event = match result {
        PaymentResult::Succeeded => {
            payment.state = PaymentState::Succeeded;
            session.status = Status::Completed;
            unblock(app, &session.input());
            started = subscribe(app, &mut session);
            Event::PaymentSucceeded
        }
        PaymentResult::Failed(reason) => {
            payment.state = PaymentState::Failed;
            payment.reason = Some(reason.to_owned());
            if session.is_charge {
                // Another try is another charge.
                session.status = Status::Expired;
            }
            let payment = payment.clone();
            release(&mut app.objects(), &session, &payment);
            Event::PaymentFailed
        }
    };
    session.updated_at = now;
    sessions.replace(session.clone());
    drop(sessions);
    record_payment(app, &session);
    queue_event(app, event, &session);
    if let Some(subscription) = started {
        report(app, &subscription, "SUBSCRIPTION_CREATED");
    }
    Ok(session)
}

/// Whether another session has paid the payment request of this one: it is paid once.
fn is_request_paid(app: &App, session: &Session, input: &Map<String, Value>) -> bool {
    let id = input.get("payment_request_id").and_then(Value::as_str).unwrap_or_default();
    let objects = app.objects();
    let request = objects.of(session.environment, "payment_requests", id);
    request.is_some_and(|request| request.fields().get("status") == Some(&"completed".into()))
}

/// Gives back the use of a coupon by a payment that does not count.
fn release(objects: &mut ObjectStore, session: &Session, payment: &Payment) {
    if let Some(code) = &payment.coupon {
        count_use(objects, session.environment, code, false);
    }
}

/// Removes the block of a customer whose unpaid invoice was paid.
fn unblock(app: &App, input: &Map<String, Value>) {
    let flow = input.get("metadata").and_then(|m| m.get("payment_flow"));
    if let (Some(INVOICE_FLOW), Some(id)) =
        (flow.and_then(Value::as_str), input.get("customer_id").and_then(Value::as_str))
    {
        app.block(id, false);
    }
}

/// Expires an open session now.
pub(crate) fn expire(app: &App, id: Uuid) -> Result<Session, PaymentError> {
    let now = app.clock.now();
    let mut sessions = app.sessions();
    let mut session = sessions.get(id).cloned().ok_or(PaymentError::Unknown)?;
    if session.status != Status::Open {
        return Err(PaymentError::NotOpen(session.status));
    }
    if session.is_charge {
        drop(sessions);
        return settle(app, id, PaymentResult::Failed("expired"));
    }
    session.status = Status::Expired;
    session.expires_at = session.expires_at.min(now);
    session.updated_at = now;
    sessions.replace(session.clone());
    drop(sessions);
    queue_event(app, Event::SessionExpired, &session);
    Ok(session)
}

/// Expires every open session that is past its end. Returns their number.
pub(crate) fn expire_due(app: &App) -> usize {
    let expired = app.sessions().expire_due(app.clock.now());
    for session in &expired {
        if session.is_charge {
            // Its transaction is all that is left of it. Without a pending payment there is none.
            let _ = settle(app, session.id, PaymentResult::Failed("expired"));
        } else {
            queue_event(app, Event::SessionExpired, session);
        }
    }
    expired.len()
}
