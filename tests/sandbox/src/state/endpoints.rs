//! Webhook endpoints.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::environment::Environment;
use super::time::Millis;

/// An address that receives events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    /// `webhook_id`.
    pub(crate) id: Uuid,
    /// Environment whose events it receives.
    pub(crate) environment: Environment,
    /// Where they are sent.
    pub(crate) url: String,
    /// Secret that signs them.
    pub(crate) secret: String,
    /// Names of the events it receives; empty means all but `PAYMENT_CREATED`.
    pub(crate) events: Vec<String>,
    /// An inactive endpoint receives nothing.
    pub(crate) active: bool,
    /// Text of the merchant.
    pub(crate) description: Value,
    /// JSON object of the merchant.
    pub(crate) metadata: Value,
    /// Time of creation.
    pub(crate) created_at: Millis,
    /// Time of the last change.
    pub(crate) updated_at: Millis,
}

impl Endpoint {
    /// An active endpoint of the test environment, for all events.
    pub(crate) fn new(url: &str, secret: &str, now: Millis) -> Self {
        Self {
            id: Uuid::new_v4(),
            environment: Environment::Test,
            url: url.to_owned(),
            secret: secret.to_owned(),
            events: Vec::new(),
            active: true,
            description: Value::Null,
            metadata: json!({}),
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it receives this event.
    pub(crate) fn wants(&self, environment: Environment, event: &str) -> bool {
        let is_subscribed = if event == "test.webhook" {
            // It tries an endpoint out, whatever that has subscribed to.
            true
        } else if self.events.is_empty() {
            event != "PAYMENT_CREATED"
        } else {
            self.events.iter().any(|e| e == event)
        };
        self.active && self.environment == environment && is_subscribed
    }
}
