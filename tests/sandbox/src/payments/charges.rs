//! Charges of a mobile account without a checkout page of the shop: Wave and MTN.
//!
//! A charge is kept as a session that the API does not list: the buyer approves it on the page of
//! that session, as on the phone.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::actions::{PaymentError, PaymentRequest, PaymentResult, begin, settle};
use super::ledger::{positive, word};
use super::money::Decimal;
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::sessions::Session;
use crate::state::time::{MINUTE, Millis};

/// How long the buyer takes to answer, where nothing else is said.
const ANSWER_TIME: Millis = 5_000;
/// How long a charge can be approved.
const LIFETIME: Millis = 60 * MINUTE;
/// The lowest amount that the newest API charges with Wave.
const LEAST_WAVE: i64 = 100;

/// Who charges, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    /// `WAVE` or `MTN`.
    pub(crate) provider: &'static str,
    /// Environment of the key.
    pub(crate) environment: Environment,
    /// Generation of the caller.
    pub(crate) generation: Generation,
    /// `pending` or `failed`, where the caller has asked for it.
    pub(crate) scenario: Option<&'static str>,
}

/// How a charge goes on after it was made.
enum Course {
    Ends(PaymentResult),
    EndsLater(bool),
    Waits,
}

/// Charges a mobile account. Returns the fields of the response, with the transaction's id.
///
/// # Errors
/// 400 when the amount, the currency or the customer is missing or wrong.
pub(crate) fn create_charge(
    app: &App,
    charge: Charge,
    fields: &Map<String, Value>,
) -> Result<Object, ApiError> {
    let input = checked(charge, fields)?;
    let (id, now) = (Uuid::new_v4(), app.clock.now());
    let ends = now.saturating_add(LIFETIME);
    let mut session = Session::new(id, charge.environment, now, ends, &input);
    session.is_charge = true;
    app.sessions().insert(session);
    let request =
        PaymentRequest { provider: charge.provider.to_owned(), ..PaymentRequest::default() };
    let mut session = begin(app, id, request).map_err(|error| failed(&error))?;
    match course(charge, word(&input, "customer_phone")) {
        Course::Ends(result) => {
            session = settle(app, id, result).map_err(|error| failed(&error))?;
        }
        Course::EndsLater(succeeds) => {
            if let Some(payment) = session.payment.as_deref_mut() {
                payment.ends = Some((now.saturating_add(ANSWER_TIME), succeeds));
            }
            app.sessions().replace(session.clone());
            app.wake.notify_one();
        }
        Course::Waits => {}
    }
    Ok(response(app, charge, &session))
}

fn failed(error: &PaymentError) -> ApiError {
    ApiError::conflict(format!("The charge could not be made: {error:?}"))
}

/// The course of a charge, by the scenario and then by the end of the phone number.
fn course(charge: Charge, phone: &str) -> Course {
    let is_test = charge.environment == Environment::Test;
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match charge.scenario {
        Some("failed") => Course::Ends(PaymentResult::Failed("refused")),
        Some(_) => Course::Waits,
        None if is_test && digits.ends_with("0000") => Course::EndsLater(false),
        None if is_test && digits.ends_with("9999") => Course::Waits,
        // As documented: with a test key the newest API completes it at once.
        None if is_test && charge.provider == "MTN" && charge.generation == Generation::E => {
            Course::Ends(PaymentResult::Succeeded)
        }
        None => Course::EndsLater(true),
    }
}

/// The fields of the session of a charge.
fn checked(charge: Charge, fields: &Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let amount = positive(fields, "amount")?;
    let mut problems = Vec::new();
    let currency = word(fields, "currency");
    let is_strict = charge.generation == Generation::E && charge.provider == "WAVE";
    if is_strict && amount.minus(LEAST_WAVE.into()).is_none_or(Decimal::is_negative) {
        problems.push(Problem::new("amount", "must not be less than 100"));
    }
    if is_strict && currency != "XOF" {
        problems.push(Problem::new("currency", "must be XOF"));
    } else if !matches!(currency, "XOF" | "USD" | "EUR") {
        problems.push(Problem::new("currency", "must be one of XOF, USD, EUR"));
    }
    let none = Map::new();
    let customer = fields.get("customer").and_then(Value::as_object).unwrap_or(&none);
    for name in ["name", "phoneNumber"] {
        if word(customer, name).is_empty() {
            problems.push(Problem::new("customer", &format!("must have a {name}")));
        }
    }
    let quantity = match fields.get("quantity").filter(|_| charge.provider == "MTN") {
        None | Some(Value::Null) => Some(1),
        Some(quantity) => quantity.as_u64().filter(|q| *q > 0),
    };
    // The amount is that of one: the payer is asked for all of them.
    let total = quantity.and_then(|quantity| amount.times(quantity, 1));
    let (Some(quantity), Some(total), true) = (quantity, total, problems.is_empty()) else {
        if problems.is_empty() {
            problems.push(Problem::new("quantity", "must be a whole number above 0"));
        }
        return Err(ApiError::invalid(problems));
    };
    let mut input = Map::new();
    for (name, value) in [
        ("amount", Value::from(total)),
        ("quantity", quantity.into()),
        ("currency_code", currency.into()),
        ("customer_name", word(customer, "name").into()),
        ("customer_phone", word(customer, "phoneNumber").into()),
        ("customer_email", word(customer, "email").into()),
        ("description", word(fields, "description").into()),
        ("success_url", word(fields, "successUrl").into()),
        ("cancel_url", word(fields, "errorUrl").into()),
        ("product_id", word(fields, "productId").into()),
        ("subscription_id", word(fields, "subscriptionId").into()),
        ("allowed_providers", json!([charge.provider])),
    ] {
        if value != "" {
            input.insert(name.to_owned(), value);
        }
    }
    Ok(input)
}

fn response(app: &App, charge: Charge, session: &Session) -> Object {
    let payment = session.payment.as_deref();
    let id = payment.map(|p| p.transaction_id.to_string()).unwrap_or_default();
    let status = payment.map_or("pending", |p| p.state.word());
    let url = app.checkout_url(session.id);
    let fields = if charge.provider == "WAVE" {
        json!({
            "status": status,
            "wave_launch_url": url,
            "checkout_url": url,
            "data": {},
            "next_action": {"type": "redirect", "url": url, "status": status},
        })
    } else {
        json!({
            "success": true,
            "status": status,
            "reference_id": Uuid::new_v4(),
            "external_id": session.id,
            "mtn_response": {},
            "next_action": {"type": "await_webhook", "status": status},
        })
    };
    let fields = fields.as_object().cloned().unwrap_or_default();
    Object::new("charges", id, charge.environment, session.created_at, &fields)
}

/// Ends the charges whose buyer has answered by now. Returns their number.
pub(crate) fn settle_due(app: &App) -> usize {
    let mut settled = 0;
    loop {
        let now = app.clock.now();
        let due = app.sessions().next_answer().filter(|(at, ..)| *at <= now);
        let Some((_, id, succeeds)) = due else {
            return settled;
        };
        let result =
            if succeeds { PaymentResult::Succeeded } else { PaymentResult::Failed("refused") };
        if settle(app, id, result).is_err() {
            return settled;
        }
        settled += 1;
    }
}
