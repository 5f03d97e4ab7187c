//! Secrets that cannot be printed: API keys and webhook secrets.

use std::fmt;

use crate::json::Value;

use zeroize::Zeroizing;

/// A secret, such as an API key. `Debug` and `Display` show only its documented prefix; its memory is zeroed when it is
/// dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// The documented prefixes, which may be shown.
const PREFIXES: &[&str] = &["lomi_sk_test_", "lomi_sk_live_", "lomi_sk_", "lomi_pk_", "whsec_"];

/// A string without any of these has none of the prefixes either.
const STARTS: &[&str] = &["lomi_", "whsec_"];

impl Secret {
    /// Makes a secret of a string.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, for code that sends it or signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form that may be shown, such as `lomi_sk_test_***`.
    pub fn masked(&self) -> String {
        let prefix = PREFIXES.iter().find(|prefix| self.0.starts_with(**prefix));
        format!("{}***", prefix.copied().unwrap_or_default())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Masks every API key and webhook secret in a string that is about to be shown.
pub fn redact(text: &str) -> String {
    if !STARTS.iter().any(|start| text.contains(start)) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, prefix)) = PREFIXES
        .iter()
        .filter_map(|prefix| rest.find(prefix).map(|at| (at, *prefix)))
        .min_by_key(|(at, prefix)| (*at, usize::MAX - prefix.len()))
    {
        let (before, from) = rest.split_at(at);
        let (_, after) = from.split_at(prefix.len());
        // Stars are part of a secret that is already masked.
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || "_-*".contains(c)));
        shown.push_str(before);
        shown.push_str(prefix);
        // A prefix alone, as in a sentence about keys, is no secret.
        if end != Some(0) && !after.is_empty() {
            shown.push_str("***");
        }
        rest = end.map_or("", |end| after.split_at(end).1);
    }
    shown.push_str(rest);
    shown
}

/// Masks secrets in the strings and names of a JSON value.
pub(crate) fn redact_value(value: Value) -> Value {
    map_text(value, &redact)
}

/// Changes the strings and names of a JSON value.
pub(crate) fn map_text(value: Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => change(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| map_text(item, change)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (change(&name), map_text(field, change)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_only_its_prefix() {
        let secret = Secret::new("lomi_sk_test_abc123");
        assert_eq!(format!("{secret:?} {secret}"), "lomi_sk_test_*** lomi_sk_test_***");
        assert_eq!(format!("{:?}", Secret::new("abc")), "***");
    }

    #[test]
    fn every_prefix_has_its_start() {
        assert!(PREFIXES.iter().all(|prefix| STARTS.iter().any(|start| prefix.contains(start))));
    }

    #[test]
    fn keys_are_masked_in_any_string() {
        assert_eq!(
            redact("bad lomi_sk_live_Ab9-x, whsec_q and lomi_sk_old!"),
            "bad lomi_sk_live_***, whsec_*** and lomi_sk_***!"
        );
        assert_eq!(redact("nothing here"), "nothing here");
        assert_eq!(
            redact("starts with lomi_sk_test_, or whsec_"),
            "starts with lomi_sk_test_, or whsec_"
        );
        assert_eq!(redact(&redact("lomi_sk_test_x!")), "lomi_sk_test_***!");
    }
}
