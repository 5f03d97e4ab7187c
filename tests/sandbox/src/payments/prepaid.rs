//! The units of a meter that a customer has bought ahead. They are no money.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::word;
use super::money::Decimal;
use crate::schema::error::{ApiError, Problem};
use crate::state::environment::Environment;
use crate::state::objects::{Object, ObjectStore};
use crate::state::time::Millis;

/// The resource with the units of a customer.
pub(crate) const BALANCES: &str = "meter_balances";

/// Takes the units of a usage event from the oldest balance that has all of them. Returns the
/// meter's id; None when no balance has them.
pub(super) fn use_up(
    objects: &mut ObjectStore,
    event: &Object,
    used: Decimal,
    now: Millis,
) -> Option<Value> {
    let fields = event.fields();
    let (customer, code) = (word(&fields, "customer_id"), word(&fields, "code"));
    let covers = |balance: &&Object| {
        let row = balance.fields();
        balance.environment == event.environment
            && word(&row, "customer_id") == customer
            && counts(objects, event.environment, word(&row, "meter_id"), code)
            && left(&row).minus(used).is_some_and(|rest| !rest.is_negative())
    };
    let mut balance = objects.newest_first(BALANCES).filter(covers).last()?.clone();
    let mut row = balance.fields();
    let rest = left(&row).minus(used)?;
    let consumed = units(&row, "consumed_units", 0)?.plus(used)?;
    row.insert("balance".to_owned(), rest.into());
    row.insert("consumed_units".to_owned(), consumed.into());
    row.insert("last_event_id".to_owned(), event.id.as_str().into());
    balance.set_fields(&row);
    balance.updated_at = now;
    objects.replace(balance);
    row.remove("meter_id")
}

/// Whether a meter counts events with a code. What a filter may contain is not documented: here a
/// `code` in it must be that of the event.
fn counts(objects: &ObjectStore, environment: Environment, meter: &str, code: &str) -> bool {
    let Some(meter) = objects.of(environment, "meters", meter) else {
        return true;
    };
    let meter = meter.fields();
    let wanted = meter.get("filter").and_then(|filter| filter.get("code"));
    meter.get("is_active") != Some(&Value::Bool(false))
        && wanted.is_none_or(|wanted| wanted.as_str() == Some(code))
}

/// Adds units to the balance that a customer has of a meter.
///
/// # Errors
/// 400 with one problem for each field that is missing or wrong.
pub(crate) fn add_units(
    objects: &mut ObjectStore,
    environment: Environment,
    now: Millis,
    grant: &Map<String, Value>,
) -> Result<Object, ApiError> {
    let mut problems = missing(grant, &["customer_id", "meter_id"]);
    let added = units(grant, "units", 0).filter(|units| units.is_positive());
    let (Some(added), true) = (added, problems.is_empty()) else {
        if added.is_none() {
            problems.push(Problem::new("units", "must be a number above 0"));
        }
        return Err(ApiError::invalid(problems));
    };
    let (meter, customer) = (word(grant, "meter_id"), word(grant, "customer_id"));
    let known = balance_of(objects, environment, meter, customer).cloned();
    let is_new = known.is_none();
    let id = Uuid::new_v4().to_string();
    let mut balance =
        known.unwrap_or_else(|| Object::new(BALANCES, id, environment, now, &Map::new()));
    let mut row = balance.fields();
    let too_many = || ApiError::bad_request("units is too large");
    let rest = left(&row).plus(added).ok_or_else(too_many)?;
    let credited = units(&row, "credited_units", 0).and_then(|units| units.plus(added));
    for (name, value) in [
        ("customer_id", customer.into()),
        ("meter_id", meter.into()),
        ("credited_units", credited.ok_or_else(too_many)?.into()),
        ("consumed_units", units(&row, "consumed_units", 0).unwrap_or(Decimal::ZERO).into()),
        ("balance", Value::from(rest)),
    ] {
        row.insert(name.to_owned(), value);
    }
    balance.set_fields(&row);
    balance.updated_at = now;
    if is_new {
        objects.insert(balance.clone());
    } else {
        objects.replace(balance.clone());
    }
    Ok(balance)
}

/// The balance that a customer has of a meter, if there is one.
pub(crate) fn balance_of<'a>(
    objects: &'a ObjectStore,
    environment: Environment,
    meter: &str,
    customer: &str,
) -> Option<&'a Object> {
    objects.newest_first(BALANCES).find(|balance| {
        let row = balance.fields();
        balance.environment == environment
            && word(&row, "meter_id") == meter
            && word(&row, "customer_id") == customer
    })
}

/// What is left of a balance. A test may have set only what was credited.
fn left(row: &Map<String, Value>) -> Decimal {
    let rest = row
        .get("balance")
        .and_then(Decimal::from_json)
        .or_else(|| units(row, "credited_units", 0)?.minus(units(row, "consumed_units", 0)?));
    rest.unwrap_or(Decimal::ZERO)
}

/// A number of units, `default` where there is none; None when it is not a number.
pub(super) fn units(row: &Map<String, Value>, name: &str, default: i64) -> Option<Decimal> {
    match row.get(name) {
        None | Some(Value::Null) => Decimal::from_json(&default.into()),
        Some(value) => Decimal::from_json(value),
    }
}

/// A problem for each name without a text.
pub(super) fn missing(body: &Map<String, Value>, names: &[&'static str]) -> Vec<Problem> {
    let absent = names.iter().filter(|name| word(body, name).is_empty());
    absent.map(|name| Problem::new(name, "is required")).collect()
}
