//! A session and a list as a program without this SDK would declare them for serde.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Open,
    Completed,
    Expired,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub enum Currency {
    #[serde(rename = "XOF")]
    Xof,
    #[serde(rename = "EUR")]
    Eur,
    #[serde(rename = "USD")]
    Usd,
    #[serde(other)]
    Other,
}

/// Every field of the API's description.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "a typed response is read whole, whatever is asked of it later")]
pub struct Session {
    pub allow_coupon_code: Option<bool>,
    pub allow_quantity: Option<bool>,
    pub allowed_providers: Option<Value>,
    pub amount: Option<i64>,
    pub amount_xof: Option<i64>,
    pub application_fee_amount: Option<i64>,
    pub cancel_url: Option<String>,
    pub checkout_session_id: Option<String>,
    pub checkout_url: Option<String>,
    pub created_at: Option<String>,
    pub created_by: Option<String>,
    pub currency_code: Option<Currency>,
    pub customer_address: Option<String>,
    pub customer_city: Option<String>,
    pub customer_country: Option<String>,
    pub customer_email: Option<String>,
    pub customer_id: Option<String>,
    pub customer_name: Option<String>,
    pub customer_phone: Option<String>,
    pub customer_postal_code: Option<String>,
    pub description: Option<String>,
    pub environment: Option<String>,
    pub expires_at: Option<String>,
    pub fields: Option<Vec<Map<String, Value>>>,
    pub installment_plan_id: Option<String>,
    pub integration_source: Option<String>,
    pub is_pos: Option<bool>,
    pub is_spi: Option<bool>,
    pub line_items: Option<Vec<Map<String, Value>>>,
    pub merchant_id: Option<String>,
    pub metadata: Option<Map<String, Value>>,
    pub next_action: Option<Map<String, Value>>,
    pub organization_id: Option<String>,
    pub payment_link_id: Option<String>,
    pub payment_request_id: Option<String>,
    pub plan_id: Option<String>,
    pub price_id: Option<String>,
    pub product_id: Option<String>,
    pub public_description: Option<String>,
    pub qr_code_data: Option<Map<String, Value>>,
    pub qr_code_type: Option<String>,
    pub quantity: Option<i64>,
    pub require_billing_address: Option<bool>,
    pub require_email: Option<bool>,
    pub require_name: Option<bool>,
    pub require_phone: Option<bool>,
    pub spi_account_number: Option<String>,
    pub spi_qr_code_id: Option<String>,
    pub status: Option<Status>,
    pub subscription_id: Option<String>,
    pub success_url: Option<String>,
    pub title: Option<String>,
    pub transfer_data: Option<Map<String, Value>>,
    pub transfer_group: Option<String>,
    pub updated_at: Option<String>,
    pub url: Option<String>,
}

/// A list with its rows; what it says about pages is not asked for.
#[derive(Debug, Deserialize)]
pub struct List {
    pub data: Vec<Session>,
}

/// The body of create.
#[derive(Debug, Serialize)]
pub struct NewSession<'a> {
    pub amount: i64,
    pub currency_code: &'a str,
    pub title: &'a str,
    pub success_url: &'a str,
    pub cancel_url: &'a str,
}

/// What is sold, in every client.
pub const ORDER: NewSession = NewSession {
    amount: 15000,
    currency_code: "XOF",
    title: "Coffee Beans - 1kg",
    success_url: "https://example.com/success",
    cancel_url: "https://example.com/cancel",
};
