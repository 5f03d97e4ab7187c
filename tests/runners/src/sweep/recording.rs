//! What a runner did with one operation: its requests as the sandbox got them, and its result.

use serde_json::{Value, json};

use super::placeholders::Placeholders;

/// Requests and result in a form that can be compared.
pub(crate) struct Recorded {
    /// Method, target, body as text, idempotency key, status of the response.
    pub(crate) requests: Vec<Value>,
    /// `value` and `type`, or `error`.
    pub(crate) result: Value,
}

impl Recorded {
    /// `requests` are rows of the sandbox's log, `result` is what the runner printed; `known` are
    /// values with the names that replace them.
    pub(crate) fn new(requests: &[Value], result: Option<Value>, known: &[(&str, &str)]) -> Self {
        let mut placeholders = Placeholders::new(known);
        let requests = requests
            .iter()
            .map(|row| {
                let part = |name| row.get(name).cloned().unwrap_or_default();
                placeholders.replace(&json!([
                    part("method"),
                    part("target"),
                    part("request"),
                    part("idempotency_key"),
                    part("status"),
                ]))
            })
            .collect();
        let mut result = result.unwrap_or_default();
        if let Value::Object(fields) = &mut result {
            fields.retain(|name, _| !["name", "ms"].contains(&name.as_str()));
        }
        Self { requests, result: placeholders.replace(&result) }
    }
}
