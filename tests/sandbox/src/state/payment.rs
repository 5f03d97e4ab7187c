//! A payment of a session, as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::time::Millis;

/// State of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PaymentState {
    /// The provider waits for the buyer, or the bank does.
    Pending,
    /// Paid.
    Succeeded,
    /// Refused.
    Failed,
}

impl PaymentState {
    /// `status` of the transaction in the API.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "completed",
            Self::Failed => "failed",
        }
    }
}

/// One attempt of a buyer to pay a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    /// `transaction_id`.
    pub(crate) transaction_id: Uuid,
    /// Provider code: WAVE, ORANGE, MTN, MOOV, SPI or CARD.
    pub(crate) provider: String,
    /// Its state.
    pub(crate) state: PaymentState,
    /// Why it failed: a key of `templates/texts.json`.
    pub(crate) reason: Option<String>,
    /// Total before the discount.
    pub(crate) gross: Value,
    /// Discount of the coupon.
    pub(crate) discount: Value,
    /// Total after the discount.
    pub(crate) net: Value,
    /// Code of the coupon.
    #[serde(default)]
    pub(crate) coupon: Option<String>,
    /// Quantity.
    pub(crate) quantity: u64,
    /// When the buyer answers by themselves, and whether they approve; None where the answer comes
    /// from the page or from a test.
    #[serde(default)]
    pub(crate) ends: Option<(Millis, bool)>,
    /// When it began.
    pub(crate) created_at: Millis,
    /// When it last changed.
    pub(crate) updated_at: Millis,
}
