//! Card charges: what a hold blocks, and what a capture takes of it. No money moves.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::word;
use super::money::Decimal;
use crate::generation::Generation;
use crate::schema::action::Action;
use crate::schema::error::{ApiError, Problem};
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::time::{MINUTE, Millis, iso, parse_iso};

/// Name of the resource.
const CHARGES: &str = "charges";
/// How long a hold can be captured. The documents name no time.
const HOLD_TIME: Millis = 7 * 24 * 60 * MINUTE;

/// Who asks for a change of a card charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    /// Environment of the key.
    pub(crate) environment: Environment,
    /// Generation of the caller.
    pub(crate) generation: Generation,
    /// `pending` or `failed`, where the caller has asked for it.
    pub(crate) scenario: Option<&'static str>,
}

/// Makes a card charge, or captures, increments or cancels the one with the id. All other fields
/// keep what they have, whatever the body says.
///
/// # Errors
/// 404 when there is no such charge, 400 when the amount is missing, or is not one that the charge
/// allows.
pub(crate) fn act_on_card(
    app: &App,
    action: &Action,
    asker: Asker,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Object, ApiError> {
    let now = app.clock.now();
    // One lock for check and change: of two captures at once, one takes the money.
    let mut objects = app.objects();
    if action.verb == "create_card" {
        let id = Uuid::new_v4().to_string();
        let fields = created(now, asker, body.clone())?;
        let charge = Object::new(CHARGES, id, asker.environment, now, &fields);
        objects.insert(charge.clone());
        return Ok(charge);
    }
    let charge = objects.of(asker.environment, CHARGES, id).cloned();
    let mut charge =
        charge.ok_or_else(|| ApiError::not_found(format!("Card charge with ID {id} not found")))?;
    let mut fields = charge.fields();
    let (changes, status) = match action.verb {
        "capture_card" => (captured(now, asker, &fields, body)?, "succeeded"),
        "increment_card" => (incremented(now, asker, &fields, body)?, "requires_capture"),
        _ => (cancelled(&fields)?, "canceled"),
    };
    fields.extend(changes);
    fields.insert("status".to_owned(), asker.scenario.unwrap_or(status).into());
    charge.set_fields(&fields);
    charge.updated_at = now;
    objects.replace(charge.clone());
    Ok(charge)
}

/// What the response of a capture or an increment says of the charge: no document has its fields.
pub(crate) fn card_figures(action: &Action, charge: &Map<String, Value>) -> Map<String, Value> {
    if !matches!(action.verb, "capture_card" | "increment_card") {
        return Map::new();
    }
    let shown = ["status", "amount", "amount_capturable", "amount_captured", "currency"];
    let known = shown.iter().filter_map(|name| Some(((*name).to_owned(), charge.get(*name)?)));
    known.map(|(name, value)| (name, value.clone())).collect()
}

/// A card charge as the control API shows it.
pub(crate) fn card_charge_row(charge: &Object) -> Value {
    let mut row = charge.fields();
    row.insert("id".to_owned(), charge.id.as_str().into());
    row.insert("environment".to_owned(), charge.environment.word().into());
    Value::Object(row)
}

/// Gives a card charge a status; None when there is no such charge.
pub(crate) fn change_card_charge(app: &App, id: &str, status: &str) -> Option<Object> {
    let mut objects = app.objects();
    let mut charge = objects.get(CHARGES, id)?.clone();
    let mut fields = charge.fields();
    fields.insert("status".to_owned(), status.into());
    charge.set_fields(&fields);
    charge.updated_at = app.clock.now();
    objects.replace(charge.clone());
    Some(charge)
}

fn created(
    now: Millis,
    asker: Asker,
    mut body: Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    let amount = sent_amount(&body)?.ok_or_else(|| wrong("is required"))?;
    let currency = ["currency", "currency_code"].iter().find_map(|name| body.get(*name)?.as_str());
    let currency = currency.unwrap_or("XOF").to_owned();
    if !matches!(currency.as_str(), "XOF" | "USD" | "EUR") {
        let problem = Problem::new("currency", "must be one of XOF, USD, EUR");
        return Err(ApiError::invalid(vec![problem]));
    }
    // Only the newest API has holds.
    let hold = asker.generation == Generation::E && body.get("hold") == Some(&Value::Bool(true));
    let is_blocked = hold && asker.scenario.is_none();
    let capturable = if is_blocked { amount.clone() } else { 0.into() };
    let until = iso(now.saturating_add(HOLD_TIME));
    // The payer has not paid: that is done in a browser, which a test does not have.
    let first = if hold { "requires_capture" } else { "requires_payment_method" };
    let secret = Uuid::new_v4().simple();
    for (name, value) in [
        ("success", (asker.scenario != Some("failed")).into()),
        ("status", asker.scenario.unwrap_or(first).into()),
        ("original_amount", amount),
        ("original_currency", currency.as_str().into()),
        ("currency", currency.into()),
        ("hold", hold.into()),
        ("can_increment", is_blocked.into()),
        ("amount_capturable", capturable),
        ("capture_before", if hold { until.into() } else { Value::Null }),
        // It cannot be taken for one of a card provider.
        (
            "client_secret",
            format!("sandbox_{}_secret_test_{secret}", Uuid::new_v4().simple()).into(),
        ),
    ] {
        body.insert(name.to_owned(), value);
    }
    Ok(body)
}

fn captured(
    now: Millis,
    asker: Asker,
    charge: &Map<String, Value>,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    let (whole, capturable) = hold(now, charge)?;
    let amount = sent_amount(body)?.unwrap_or(whole);
    if capturable.minus(decimal(&amount)?).is_none_or(Decimal::is_negative) {
        return Err(wrong(&format!("must not be more than the {capturable} that can be captured")));
    }
    // A hold is captured once: the rest is released, and a capture that fails or waits leaves
    // nothing that another one could take.
    let mut changes = Map::new();
    changes.insert("amount_capturable".to_owned(), 0.into());
    changes.insert("can_increment".to_owned(), false.into());
    if asker.scenario.is_none() {
        changes.insert("amount_captured".to_owned(), amount);
    }
    Ok(changes)
}

fn incremented(
    now: Millis,
    asker: Asker,
    charge: &Map<String, Value>,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    let (_, capturable) = hold(now, charge)?;
    let amount = sent_amount(body)?.ok_or_else(|| wrong("is required"))?;
    // As an addition it would be valid too; read as the total, no more is blocked than was sent.
    if !decimal(&amount)?.minus(capturable).is_some_and(Decimal::is_positive) {
        return Err(wrong(&format!("must be more than the {capturable} of the hold")));
    }
    let names = ["amount", "original_amount", "amount_capturable"];
    let changed = names.iter().filter(|_| asker.scenario.is_none());
    Ok(changed.map(|name| ((*name).to_owned(), amount.clone())).collect())
}

fn cancelled(charge: &Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    if word(charge, "status") == "succeeded" {
        return Err(ApiError::bad_request("A charge that is succeeded cannot be cancelled"));
    }
    let mut changes = Map::new();
    changes.insert("amount_capturable".to_owned(), 0.into());
    changes.insert("can_increment".to_owned(), false.into());
    Ok(changes)
}

/// What can be captured, as it was sent and as a number.
fn hold(now: Millis, charge: &Map<String, Value>) -> Result<(Value, Decimal), ApiError> {
    if let status @ ("canceled" | "succeeded" | "failed") = word(charge, "status") {
        return Err(ApiError::bad_request(format!("A charge that is {status} has no hold")));
    }
    let capturable = charge.get("amount_capturable").cloned().unwrap_or_default();
    let number = Decimal::from_json(&capturable).filter(|number| number.is_positive());
    let number = number.ok_or_else(|| ApiError::bad_request("The charge has no hold"))?;
    let until = charge.get("capture_before").and_then(Value::as_str).and_then(parse_iso);
    if until.is_some_and(|until| until <= now) {
        return Err(ApiError::bad_request("The hold has ended: capture_before has passed"));
    }
    Ok((capturable, number))
}

/// The amount of a body, if it has one.
fn sent_amount(body: &Map<String, Value>) -> Result<Option<Value>, ApiError> {
    let Some(amount) = body.get("amount").filter(|amount| !amount.is_null()) else {
        return Ok(None);
    };
    decimal(amount).map(|_| Some(amount.clone()))
}

fn decimal(amount: &Value) -> Result<Decimal, ApiError> {
    let number = Decimal::from_json(amount).filter(|number| number.is_positive());
    number.ok_or_else(|| wrong("must be a number above 0"))
}

fn wrong(text: &str) -> ApiError {
    ApiError::invalid(vec![Problem::new("amount", text)])
}
