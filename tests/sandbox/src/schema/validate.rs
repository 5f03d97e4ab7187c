//! Checks of the bodies of create and update, as each generation documents them.

use serde_json::{Map, Value};

use super::error::{ApiError, Problem};
use super::fields::{FIELDS, Field, FieldType};
use super::formats::{is_email, is_url, positive_problem};
use crate::generation::Generation;
use crate::state::time::parse_iso;

/// The documented fields of a body after the checks, without unknown ones.
pub(crate) type Input = Map<String, Value>;

const CURRENCIES: &[&str] = &["XOF", "USD", "EUR"];
const PROVIDERS: &[&str] =
    &["WAVE", "ORANGE", "MTN", "CARD", "STRIPE", "SPI", "JUMBO", "CYBERSOURCE", "MOOV", "FREE"];
const MAX_METADATA_KEYS: usize = 50;

/// Checks the body of a create.
///
/// # Errors
/// 400 with one problem for each field that is missing or wrong.
pub(crate) fn checked_input(generation: Generation, body: Value) -> Result<Input, ApiError> {
    let (mut input, mut problems) = documented_fields(generation, body)?;
    input.retain(|_, value| !value.is_null());
    required(generation, &input, &mut problems);
    finish(input, problems)
}

/// Checks the body of an update: no field is required, and null removes one.
///
/// # Errors
/// 400 with one problem for each field that is wrong.
pub(crate) fn checked_update(generation: Generation, body: Value) -> Result<Input, ApiError> {
    let (input, problems) = documented_fields(generation, body)?;
    finish(input, problems)
}

/// The names in a body that this generation does not read, such as `expires_at` where sessions
/// have a fixed lifetime. The server ignores them.
pub(crate) fn ignored_names(generation: Generation, body: &Value) -> Vec<String> {
    let is_read = |name: &str| FIELDS.iter().any(|f| f.name == name && f.is_read_by(generation));
    let names = body.as_object().into_iter().flat_map(Map::keys);
    names.filter(|name| !is_read(name)).cloned().collect()
}

fn finish(input: Input, problems: Vec<Problem>) -> Result<Input, ApiError> {
    if problems.is_empty() { Ok(input) } else { Err(ApiError::invalid(problems)) }
}

fn documented_fields(
    generation: Generation,
    body: Value,
) -> Result<(Input, Vec<Problem>), ApiError> {
    let Value::Object(mut body) = body else {
        return Err(ApiError::bad_request("The request body must be a JSON object"));
    };
    let mut input = Input::new();
    let mut problems = Vec::new();
    for field in FIELDS.iter().filter(|f| f.is_read_by(generation)) {
        let Some(value) = body.remove(field.name) else {
            continue;
        };
        match checked_value(generation, field, value) {
            Ok(value) => {
                input.insert(field.name.to_owned(), value);
            }
            Err(message) => problems.push(Problem::new(field.name, message)),
        }
    }
    Ok((input, problems))
}

fn checked_value(
    generation: Generation,
    field: &Field,
    value: Value,
) -> Result<Value, &'static str> {
    // Shop plugins send an empty string for a missing value; the server reads it as absent.
    if value.is_null() || value.as_str() == Some("") {
        return Ok(Value::Null);
    }
    let text = value.as_str();
    let problem = match field.field_type {
        FieldType::Text => text.is_none().then_some("must be a string"),
        FieldType::Url => {
            (!text.is_some_and(is_url)).then_some("must be an absolute http or https URL")
        }
        FieldType::Email => (!text.is_some_and(is_email)).then_some("must be an email"),
        FieldType::Positive => positive_problem(&value),
        FieldType::Bool => (!value.is_boolean()).then_some("must be a boolean"),
        FieldType::Object => return checked_metadata(generation, value),
        FieldType::Providers => providers_problem(generation, &value),
        FieldType::Items => items_problem(&value),
        FieldType::Time => {
            (text.and_then(parse_iso).is_none()).then_some("must be an ISO 8601 date-time")
        }
        FieldType::Status => (!text.is_some_and(|t| matches!(t, "open" | "completed" | "expired")))
            .then_some("must be one of open, completed, expired"),
        FieldType::Currency => (!text.is_some_and(|t| CURRENCIES.contains(&t)))
            .then_some("must be one of XOF, USD, EUR"),
        FieldType::Any => None,
    };
    problem.map_or(Ok(value), Err)
}

fn checked_metadata(generation: Generation, value: Value) -> Result<Value, &'static str> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(Value::Object(Map::new())),
        Value::Object(map) if generation == Generation::A => {
            if map.len() > MAX_METADATA_KEYS {
                Err("must have at most 50 keys")
            } else if map.values().all(Value::is_string) {
                Ok(Value::Object(map))
            } else {
                Err("must have string values only")
            }
        }
        Value::Object(map) => Ok(Value::Object(map)),
        _ => Err("must be an object"),
    }
}

fn providers_problem(generation: Generation, value: &Value) -> Option<&'static str> {
    match (generation, value) {
        (Generation::A, Value::Array(codes)) if codes.is_empty() => Some("must not be empty"),
        (Generation::A, Value::Array(codes)) => {
            let is_provider = |code: &Value| code.as_str().is_some_and(|c| PROVIDERS.contains(&c));
            (!codes.iter().all(is_provider)).then_some("has an unknown provider code")
        }
        (Generation::A, _) => Some("must be an array of provider codes"),
        // A string in the generated SDKs, though the database column is an array.
        (_, Value::String(_)) => None,
        (_, Value::Array(codes)) if codes.iter().all(Value::is_string) => None,
        _ => Some("must be a string"),
    }
}

fn items_problem(value: &Value) -> Option<&'static str> {
    let Value::Array(items) = value else {
        return Some("must be an array");
    };
    if items.is_empty() {
        return Some("must not be empty");
    }
    items.iter().find_map(|item| {
        if !item.get("price_id").is_some_and(Value::is_string) {
            return Some("must have a price_id in each item");
        }
        item.get("quantity").and_then(positive_problem).map(|_| "must have quantities above 0")
    })
}

fn required(generation: Generation, input: &Input, problems: &mut Vec<Problem>) {
    let reported = |problems: &[Problem], name: &str| problems.iter().any(|p| p.field == name);
    let any_of = |names: &[&str], problems: &[Problem]| {
        names.iter().any(|n| input.contains_key(*n) || reported(problems, n))
    };
    let fields: &[&'static str] = match generation {
        Generation::A => {
            &["success_url", "cancel_url", "allowed_providers", "amount", "currency_code"]
        }
        Generation::D => &["currency_code"],
        Generation::B | Generation::C | Generation::E => &[],
    };
    for name in fields {
        if !any_of(&[name], problems) {
            problems.push(Problem::new(name, "is required"));
        }
    }
    let charge = ["amount", "product_id", "price_id", "line_items", "subscription_id"];
    if matches!(generation, Generation::B | Generation::D | Generation::E)
        && !any_of(&charge, problems)
    {
        problems.push(Problem::new(
            "amount",
            "is required unless product_id, price_id, subscription_id or line_items is sent",
        ));
    }
    if generation == Generation::B && !any_of(&["customer_id", "customer_email"], problems) {
        problems.insert(0, Problem::whole("Either customer_id or customer_email is required"));
    }
}
