//! Trying to pay a session, and what comes of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::routes::INVOICE_FLOW;
use crate::state::app::App;
use crate::state::clock::{Millis, iso};
use crate::state::money::Decimal;
use crate::state::sessions::{Session, Status};
use crate::webhooks::Happening;

/// How far a try has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// The buyer has been asked on the phone, or by the bank.
    Pending,
    /// Paid.
    Succeeded,
    /// Refused.
    Failed,
}

impl State {
    /// `transaction_status` as the API spells it.
    const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "completed",
            Self::Failed => "failed",
        }
    }
}

/// One try to pay a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// `transaction_id`.
    pub(crate) transaction_id: Uuid,
    /// What the buyer chose: WAVE, ORANGE, MTN, MOOV, SPI or CARD.
    pub(crate) provider: String,
    /// Where it stands.
    pub(crate) state: State,
    /// Why it failed: a key of the page's texts.
    pub(crate) reason: Option<String>,
    /// Total before the discount.
    pub(crate) gross: Value,
    /// What the coupon takes off.
    pub(crate) discount: Value,
    /// What is to be paid.
    pub(crate) net: Value,
    /// How many.
    pub(crate) quantity: u64,
    /// When it began.
    pub(crate) created_at: Millis,
    /// When it last changed.
    pub(crate) updated_at: Millis,
}

/// What a buyer, or a test in the buyer's place, asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    /// Provider code; the first allowed one when it is empty.
    pub(crate) provider: String,
    /// How many, where the session lets the buyer choose.
    pub(crate) quantity: Option<u64>,
    /// Percent off.
    pub(crate) percent_off: u64,
    /// Fields the buyer filled in: customer_name and so on.
    pub(crate) customer: Vec<(&'static str, String)>,
}

/// Why a payment cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayError {
    /// There is no such session.
    Unknown,
    /// It is paid or expired.
    NotOpen(Status),
    /// No try is waiting for an answer.
    NothingPending,
}

/// The result of a try.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The money is there.
    Succeeded,
    /// It is not, for this reason.
    Failed(&'static str),
}

/// Total, discount and what is to be paid, for a quantity.
pub(crate) fn totals(input: &Map<String, Value>, quantity: u64, percent_off: u64) -> [Value; 3] {
    let amount = input.get("amount").unwrap_or(&Value::Null);
    let base = base_quantity(input);
    let Some(gross) = Decimal::read(amount).and_then(|a| a.times(quantity, base)) else {
        // No amount (a catalogue price), or one too long to count with: as it was sent.
        return [amount.clone(), 0.into(), amount.clone()];
    };
    let gross = if quantity == base { amount.clone() } else { gross.into() };
    let exact = Decimal::read(&gross);
    let discount = exact.filter(|_| percent_off > 0).and_then(|g| g.times(percent_off, 100));
    match (exact, discount) {
        (Some(g), Some(d)) => [gross, d.into(), g.minus(d).map_or(Value::Null, Value::from)],
        _ => [gross.clone(), 0.into(), gross],
    }
}

/// The quantity that the session's amount is for.
pub(crate) fn base_quantity(input: &Map<String, Value>) -> u64 {
    input.get("quantity").and_then(Value::as_u64).filter(|q| *q > 0).unwrap_or(1)
}

impl App {
    /// Begins a try; it stays pending until it is settled.
    pub(crate) fn begin_payment(&self, id: Uuid, order: Order) -> Result<Session, PayError> {
        let now = self.clock.now();
        let mut store = self.store();
        let mut session = store.get(id).cloned().ok_or(PayError::Unknown)?;
        match session.status_at(now) {
            Status::Open => {}
            status => return Err(PayError::NotOpen(status)),
        }
        let mut input = session.input();
        for (name, text) in order.customer {
            if !text.is_empty() {
                input.insert(name.to_owned(), text.into());
            }
        }
        let quantity = order.quantity.unwrap_or_else(|| base_quantity(&input));
        let [gross, discount, net] = totals(&input, quantity, order.percent_off);
        session.set_input(&input);
        session.updated_at = now;
        session.attempt = Some(Box::new(Attempt {
            transaction_id: Uuid::new_v4(),
            provider: order.provider,
            state: State::Pending,
            reason: None,
            gross,
            discount,
            net,
            quantity,
            created_at: now,
            updated_at: now,
        }));
        store.replace(session.clone());
        drop(store);
        self.happened(Happening::PaymentCreated, &session);
        Ok(session)
    }

    /// Ends the try that is waiting. A late success completes a session that has expired since.
    pub(crate) fn settle(&self, id: Uuid, outcome: Outcome) -> Result<Session, PayError> {
        let now = self.clock.now();
        let mut store = self.store();
        let mut session = store.get(id).cloned().ok_or(PayError::Unknown)?;
        let attempt = session.attempt.as_mut().filter(|a| a.state == State::Pending);
        let attempt = attempt.ok_or(PayError::NothingPending)?;
        attempt.updated_at = now;
        let happening = match outcome {
            Outcome::Succeeded => {
                attempt.state = State::Succeeded;
                session.status = Status::Completed;
                self.unblock(&session.input());
                Happening::PaymentSucceeded
            }
            Outcome::Failed(reason) => {
                attempt.state = State::Failed;
                attempt.reason = Some(reason.to_owned());
                Happening::PaymentFailed
            }
        };
        session.updated_at = now;
        store.replace(session.clone());
        drop(store);
        self.happened(happening, &session);
        Ok(session)
    }

    /// A paid invoice is not in the way any more.
    fn unblock(&self, input: &Map<String, Value>) {
        let flow = input.get("metadata").and_then(|m| m.get("payment_flow"));
        if let (Some(INVOICE_FLOW), Some(id)) =
            (flow.and_then(Value::as_str), input.get("customer_id").and_then(Value::as_str))
        {
            self.block(id, false);
        }
    }

    /// Ends an open session now.
    pub(crate) fn expire(&self, id: Uuid) -> Result<Session, PayError> {
        let now = self.clock.now();
        let mut store = self.store();
        let mut session = store.get(id).cloned().ok_or(PayError::Unknown)?;
        if session.status != Status::Open {
            return Err(PayError::NotOpen(session.status));
        }
        session.status = Status::Expired;
        session.expires_at = session.expires_at.min(now);
        session.updated_at = now;
        store.replace(session.clone());
        drop(store);
        self.happened(Happening::SessionExpired, &session);
        Ok(session)
    }

    /// Ends every open session whose time has come, and counts them.
    pub(crate) fn expire_due(&self) -> usize {
        let expired = self.store().expire_due(self.clock.now());
        for session in &expired {
            self.happened(Happening::SessionExpired, session);
        }
        expired.len()
    }

    /// The transaction row of a session's last try, as webhooks carry it.
    pub(crate) fn transaction(&self, session: &Session) -> Value {
        let input = session.input();
        let field = |name: &str| input.get(name).cloned().unwrap_or(Value::Null);
        let attempt = session.attempt.as_deref();
        let card = attempt.is_some_and(|a| a.provider == "CARD");
        json!({
            "transaction_id": attempt.map(|a| a.transaction_id),
            "checkout_session_id": session.id,
            "organization_id": self.identity.organization_id,
            "merchant_id": self.identity.merchant_id,
            "customer_id": field("customer_id"),
            "customer_email": field("customer_email"),
            "customer_name": field("customer_name"),
            "customer_phone": field("customer_phone"),
            "product_id": field("product_id"),
            "price_id": field("price_id"),
            "subscription_id": field("subscription_id"),
            "transaction_type": "payment",
            "status": attempt.map_or("pending", |a| a.state.word()),
            "failure_reason": attempt.and_then(|a| a.reason.as_deref()),
            "description": input.get("description").or_else(|| input.get("public_description"))
                .or_else(|| input.get("title")).cloned(),
            "quantity": attempt.map_or(1, |a| a.quantity),
            "gross_amount": attempt.map_or_else(|| field("amount"), |a| a.gross.clone()),
            "discount_amount": attempt.map_or_else(|| 0.into(), |a| a.discount.clone()),
            "fee_amount": 0,
            "net_amount": attempt.map_or_else(|| field("amount"), |a| a.net.clone()),
            "currency_code": currency(&input),
            "provider_code": attempt.map(|a| if card { "STRIPE" } else { a.provider.as_str() }),
            "payment_method_code": attempt.map(|a| match a.provider.as_str() {
                "CARD" => "CARDS",
                "SPI" => "BANK_TRANSFER",
                _ => "MOBILE_MONEY",
            }),
            "metadata": input.get("metadata").cloned().unwrap_or_else(|| json!({})),
            "environment": session.environment.word(),
            "created_at": iso(attempt.map_or(session.created_at, |a| a.created_at)),
            "updated_at": iso(attempt.map_or(session.updated_at, |a| a.updated_at)),
        })
    }
}

/// The session's currency; XOF where none was sent.
pub(crate) fn currency(input: &Map<String, Value>) -> &str {
    input.get("currency_code").and_then(Value::as_str).unwrap_or("XOF")
}

/// The providers a buyer may choose from, in the session's order.
pub(crate) fn providers(input: &Map<String, Value>) -> Vec<&'static str> {
    let codes: Vec<&str> = match input.get("allowed_providers") {
        Some(Value::Array(codes)) => codes.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(codes)) => codes.split(',').map(str::trim).collect(),
        _ => Vec::new(),
    };
    let mut known = Vec::new();
    for code in codes {
        let provider = match code.to_ascii_uppercase().as_str() {
            "WAVE" => "WAVE",
            "ORANGE" => "ORANGE",
            "MTN" => "MTN",
            "MOOV" => "MOOV",
            "SPI" => "SPI",
            "CARD" | "STRIPE" | "CYBERSOURCE" => "CARD",
            _ => continue,
        };
        if !known.contains(&provider) {
            known.push(provider);
        }
    }
    if known.is_empty() {
        known.extend(["WAVE", "ORANGE", "MTN", "CARD"]);
    }
    known
}
