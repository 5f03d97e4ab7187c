//! A scenario's plan as the Rust runner reads it.

use std::time::Duration;

use base64::Engine;
use lomi::models::CheckoutSessionListParams;
use lomi::{CallOptions, Error, Map, Number, Secret, Value};

/// A part of a plan; values are read by name.
pub(super) struct Plan(pub(super) Value);

impl Plan {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn count(&self, name: &str) -> Option<usize> {
        self.0.get(name)?.as_u64().and_then(|count| usize::try_from(count).ok())
    }

    pub(super) fn integer(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    pub(super) fn seconds(&self, name: &str) -> Result<Option<Duration>, Error> {
        self.number(name).map(|value| lomi::binding::seconds(name, value)).transpose()
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        // `as_f64` returns None for infinity.
        let value = self.0.get(name).cloned().map(exact).filter(|value| !value.is_null());
        value.map(|value| value.to_string().parse().unwrap_or(f64::NAN))
    }

    pub(super) fn map(&self, name: &str) -> Map<String, Value> {
        match self.0.get(name).cloned().map(exact) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.0.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(super) fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        self.map(name).into_iter().map(|(name, value)| (name, text(value))).collect()
    }

    pub(super) fn payload(&self) -> Vec<u8> {
        match self.text("payload_base64") {
            Some(text) => {
                base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default()
            }
            None => self.text("payload").unwrap_or_default().into_bytes(),
        }
    }

    pub(super) fn list_params(&self) -> CheckoutSessionListParams {
        let query = self.map("query").into_iter();
        query.fold(CheckoutSessionListParams::new(), |params, (name, v)| params.set(&name, v))
    }

    pub(super) fn options(&self) -> Result<CallOptions, Error> {
        let given = Plan(self.0.get("options").cloned().unwrap_or_default());
        let mut options = CallOptions::new();
        options.timeout = given.seconds("timeout")?;
        options.connect_timeout = given.seconds("connect_timeout")?;
        options.attempt_timeout = given.seconds("attempt_timeout")?;
        options.idle_timeout = given.seconds("idle_timeout")?;
        options.extra_body = given.map("extra_body");
        options.max_retries = given.count("max_retries").and_then(|n| u32::try_from(n).ok());
        options.idempotency_key = given.text("idempotency_key");
        options.request_id = given.text("request_id");
        options.headers = given.pairs("headers");
        options.api_key = given.text("api_key").map(Secret::new);
        options.account = given.text("account");
        Ok(options)
    }
}

/// Replaces `{"$number": "NaN"}` by the number, which JSON or a language's parser cannot represent.
pub(super) fn exact(value: Value) -> Value {
    match value {
        Value::Object(fields) => match fields.get("$number").and_then(Value::as_str) {
            Some(digits) => Number::from_string_unchecked(digits.to_owned()).into(),
            None => {
                fields.into_iter().map(|(name, v)| (name, exact(v))).collect::<Map<_, _>>().into()
            }
        },
        Value::Array(items) => items.into_iter().map(exact).collect(),
        other => other,
    }
}
