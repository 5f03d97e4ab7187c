//! Payments, refunds, payouts and transfers: start, result and expiry, balances, exact amounts.

pub(crate) mod actions;
pub(crate) mod card_charges;
pub(crate) mod catalogue;
pub(crate) mod changes;
pub(crate) mod charges;
pub(crate) mod coupon_figures;
pub(crate) mod coupons;
pub(crate) mod disputes;
pub(crate) mod due;
pub(crate) mod effects;
pub(crate) mod ledger;
pub(crate) mod money;
pub(crate) mod payouts;
mod periods;
pub(crate) mod plans;
pub(crate) mod prepaid;
pub(crate) mod refunds;
pub(crate) mod renewals;
pub(crate) mod settlements;
pub(crate) mod subscription_changes;
mod subscription_start;
pub(crate) mod totals;
pub(crate) mod transfers;
pub(crate) mod usage;
