//! Payments: from the buyer's choice to the result.

pub(crate) mod actions;
pub(crate) mod money;
pub(crate) mod totals;
