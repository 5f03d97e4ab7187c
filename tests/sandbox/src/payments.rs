//! Payments, refunds and payouts: start, result and expiry, balances, and exact amounts.

pub(crate) mod actions;
pub(crate) mod card_charges;
pub(crate) mod changes;
pub(crate) mod effects;
pub(crate) mod ledger;
pub(crate) mod money;
pub(crate) mod payouts;
pub(crate) mod prepaid;
pub(crate) mod refunds;
pub(crate) mod totals;
