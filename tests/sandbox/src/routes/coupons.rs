//! Checks of a new coupon.

use serde_json::{Map, Value};

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::payments::money::Decimal;
use crate::schema::error::{ApiError, Problem};
use crate::state::app::App;

/// Checks the fields of a coupon and writes its code in capitals, which is used once.
pub(super) fn check(
    app: &App,
    caller: &Caller,
    input: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    unique_code(app, caller, input)?;
    // Of the first generated clients' server, no rule is known.
    if caller.generation == Generation::C {
        return Ok(());
    }
    let exact = |name: &str| input.get(name).and_then(Decimal::from_json);
    let mut problems = Vec::new();
    if exact("discount_percentage").is_some_and(|p| {
        p.is_negative() || Decimal::from(100).minus(p).is_none_or(Decimal::is_negative)
    }) {
        problems.push(Problem::new("discount_percentage", "must be from 0 to 100"));
    }
    if exact("discount_fixed_amount").is_some_and(Decimal::is_negative) {
        problems.push(Problem::new("discount_fixed_amount", "must not be less than 0"));
    }
    let kind = input.get("discount_type").and_then(Value::as_str).unwrap_or("percentage");
    if !matches!(kind, "percentage" | "fixed") {
        problems.push(Problem::new("discount_type", "must be one of percentage, fixed"));
    }
    if kind == "fixed" && exact("discount_fixed_amount").is_none() {
        problems.push(Problem::new("discount_fixed_amount", "is required"));
    }
    if problems.is_empty() { Ok(()) } else { Err(ApiError::invalid(problems)) }
}

/// Codes of coupons are in capitals, and each is used once.
fn unique_code(app: &App, caller: &Caller, input: &mut Map<String, Value>) -> Result<(), ApiError> {
    let Some(code) = input.get("code").and_then(Value::as_str).map(str::to_uppercase) else {
        return Ok(());
    };
    let objects = app.objects();
    let mut coupons = objects.newest_first("discount_coupons");
    if coupons.any(|c| {
        c.environment == caller.environment
            && c.fields().get("code").and_then(Value::as_str) == Some(code.as_str())
    }) {
        return Err(ApiError::bad_request(format!("A coupon with the code {code} exists already")));
    }
    input.insert("code".to_owned(), code.into());
    Ok(())
}
