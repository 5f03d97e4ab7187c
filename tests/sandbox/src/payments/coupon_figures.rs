//! What a coupon has brought, from the transactions that were paid with it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::ledger::{TRANSACTIONS, word};
use super::money::Decimal;
use crate::state::environment::Environment;
use crate::state::objects::{Object, ObjectStore};

/// The figures of a coupon by its code.
pub(crate) fn coupon_figures(
    objects: &ObjectStore,
    environment: Environment,
    code: &str,
) -> Map<String, Value> {
    let own = objects.newest_first(TRANSACTIONS).filter(|o| o.environment == environment);
    let paid: Vec<_> = own
        .map(Object::fields)
        .filter(|row| matches!(word(row, "status"), "completed" | "refunded"))
        .filter(|row| !code.is_empty() && word(row, "coupon_code") == code)
        .collect();
    let sum = |name: &str| {
        let amounts = paid.iter().filter_map(|row| row.get(name).and_then(Decimal::from_json));
        amounts.fold(Decimal::ZERO, |sum, amount| sum.plus(amount).unwrap_or(sum))
    };
    let count = paid.len() as u64;
    let average = |sum: Decimal| sum.times(1, count.max(1)).unwrap_or(Decimal::ZERO);
    let (discounts, revenue) = (sum("discount_amount"), sum("net_amount"));
    let names = ["customer_id", "customer_email", "customer_phone"];
    let customers: BTreeSet<&str> = paid
        .iter()
        .filter_map(|row| names.iter().map(|name| word(row, name)).find(|text| !text.is_empty()))
        .collect();
    let figures: [(&str, Value); 7] = [
        ("total_uses", count.into()),
        ("total_discounts", discounts.into()),
        ("total_discount_amount", discounts.into()),
        ("average_discount", average(discounts).into()),
        ("total_revenue", revenue.into()),
        ("average_order_value", average(revenue).into()),
        ("unique_customers", customers.len().into()),
    ];
    figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
