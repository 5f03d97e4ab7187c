//! Values of the request fields of a stored session.

use serde_json::{Map, Value};

/// Quantity that the session's amount stands for.
pub(crate) fn base_quantity(input: &Map<String, Value>) -> u64 {
    input.get("quantity").and_then(Value::as_u64).filter(|q| *q > 0).unwrap_or(1)
}

/// Currency of a session; XOF when none was sent.
pub(crate) fn currency(input: &Map<String, Value>) -> &str {
    input.get("currency_code").and_then(Value::as_str).unwrap_or("XOF")
}

/// Providers that the buyer can choose from, in the session's order.
pub(crate) fn providers(input: &Map<String, Value>) -> Vec<&'static str> {
    let codes: Vec<&str> = match input.get("allowed_providers") {
        Some(Value::Array(codes)) => codes.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(codes)) => codes.split(',').map(str::trim).collect(),
        _ => Vec::new(),
    };
    let mut providers = Vec::new();
    for code in codes {
        let provider = match code.to_ascii_uppercase().as_str() {
            "WAVE" => "WAVE",
            "ORANGE" => "ORANGE",
            "MTN" => "MTN",
            "MOOV" => "MOOV",
            "SPI" => "SPI",
            "CARD" | "STRIPE" | "CYBERSOURCE" => "CARD",
            _ => continue,
        };
        if !providers.contains(&provider) {
            providers.push(provider);
        }
    }
    if providers.is_empty() {
        providers.extend(["WAVE", "ORANGE", "MTN", "CARD"]);
    }
    providers
}
