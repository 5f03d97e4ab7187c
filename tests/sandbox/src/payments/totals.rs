//! Totals of a payment.

use serde_json::{Map, Value};

use super::coupons::Discount;
use super::money::Decimal;
use crate::schema::input::base_quantity;

/// Total, discount and total after the discount, for a quantity. Amounts are in the
/// currency's smallest unit.
pub(crate) fn totals(
    input: &Map<String, Value>,
    quantity: u64,
    discount: Option<&Discount>,
) -> [Value; 3] {
    let amount = input.get("amount").unwrap_or(&Value::Null);
    let base = base_quantity(input);
    let Some(gross) = Decimal::from_json(amount).and_then(|a| a.times(quantity, base)) else {
        // No amount (a catalogue price), or one too large for a calculation: as it was sent.
        return [amount.clone(), 0.into(), amount.clone()];
    };
    let gross = if quantity == base { amount.clone() } else { gross.into() };
    let exact = Decimal::from_json(&gross);
    match (exact, exact.and_then(|gross| discount?.of(gross))) {
        (Some(g), Some(d)) => [gross, d.into(), g.minus(d).map_or(Value::Null, Value::from)],
        _ => [gross.clone(), 0.into(), gross],
    }
}
