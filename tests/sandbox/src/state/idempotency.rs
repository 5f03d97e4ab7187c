//! `Idempotency-Key`: the first response is stored and replayed.

use std::collections::HashMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::environment::Environment;
use super::journal::{Journal, RecordKind, SavedRecords};
use super::time::{MINUTE, Millis};

const MAX_KEY_CHARS: usize = 255;
const RETENTION: Millis = 24 * 60 * MINUTE;

/// SHA-256 of the canonical body.
pub(crate) type Fingerprint = [u8; 32];

/// A key, in the environment in which it was used.
pub(crate) type Scope = (Environment, String);

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    fingerprint: Fingerprint,
    since: Millis,
    /// None while the first request is in progress; `answer` is its name in data files.
    #[serde(rename = "answer")]
    response: Option<Box<str>>,
}

/// State of a key when a request uses it.
#[derive(Debug)]
pub(crate) enum KeyState {
    /// New, and now reserved; report the end with [`IdempotencyKeys::finish`] or [`IdempotencyKeys::release`].
    First,
    /// Completed: send this response again.
    Replay(Bytes),
    /// Used with another body.
    Reused,
    /// The first request is still in progress.
    InProgress,
}

/// The keys of the last 24 hours.
#[derive(Debug, Default)]
pub(crate) struct IdempotencyKeys {
    entries: HashMap<Scope, Entry>,
    last_prune: Millis,
    journal: Journal,
}

/// Id of a key in the data file.
fn record_id((environment, key): &Scope) -> String {
    format!("{}:{key}", environment.word())
}

impl IdempotencyKeys {
    /// The keys of a data file.
    pub(crate) fn restored(journal: &Journal, saved: &SavedRecords) -> Self {
        let scope = |id: &str| match id.split_once(':')? {
            ("live", key) => Some((Environment::Live, key.to_owned())),
            (_, key) => Some((Environment::Test, key.to_owned())),
        };
        let entries = saved.of(RecordKind::Key).filter_map(|(id, entry)| Some((scope(id)?, entry)));
        Self { entries: entries.collect(), last_prune: 0, journal: journal.clone() }
    }

    /// Looks a key up, and reserves it when it is new.
    pub(crate) fn begin(
        &mut self,
        scope: &Scope,
        fingerprint: Fingerprint,
        now: Millis,
    ) -> KeyState {
        self.prune(now);
        match self.entries.get(scope) {
            Some(e) if e.fingerprint != fingerprint => KeyState::Reused,
            Some(Entry { response: Some(response), .. }) => {
                KeyState::Replay(Bytes::copy_from_slice(response.as_bytes()))
            }
            Some(_) => KeyState::InProgress,
            None => {
                let entry = Entry { fingerprint, since: now, response: None };
                self.entries.insert(scope.clone(), entry);
                KeyState::First
            }
        }
    }

    /// Stores the response to the first request.
    pub(crate) fn finish(&mut self, scope: &Scope, response: &Bytes) {
        if let Some(entry) = self.entries.get_mut(scope) {
            entry.response = Some(String::from_utf8_lossy(response).into());
            self.journal.put(RecordKind::Key, record_id(scope), entry);
        }
    }

    /// Releases the key of a request that created nothing.
    pub(crate) fn release(&mut self, scope: &Scope) {
        self.entries.remove(scope);
    }

    fn prune(&mut self, now: Millis) {
        if now - self.last_prune > 10 * MINUTE {
            self.last_prune = now;
            self.entries.retain(|scope, e| {
                let is_recent = now - e.since < RETENTION;
                if !is_recent {
                    self.journal.delete(RecordKind::Key, record_id(scope));
                }
                is_recent
            });
        }
    }
}

/// The key as the server reads it: trimmed, cut to 255 characters, blank is none.
pub(crate) fn normal_key(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    (!trimmed.is_empty()).then(|| trimmed.chars().take(MAX_KEY_CHARS).collect())
}

/// The same for two bodies that differ only in the order of their keys or in white space.
pub(crate) fn fingerprint(body: &Value) -> Fingerprint {
    let mut text = String::new();
    canonical(body, &mut text);
    Sha256::digest(text.as_bytes()).into()
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in entries {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_of_keys_does_not_matter_but_content_does() {
        let one = fingerprint(&json!({"a": 1, "b": {"c": [1, 2], "d": "x"}}));
        let two = fingerprint(&json!({"b": {"d": "x", "c": [1, 2]}, "a": 1}));
        let three = fingerprint(&json!({"b": {"d": "x", "c": [2, 1]}, "a": 1}));
        assert_eq!(one, two);
        assert_ne!(one, three);
    }

    #[test]
    fn keys_are_trimmed_and_cut() {
        assert_eq!(normal_key("  a b "), Some("a b".to_owned()));
        assert_eq!(normal_key(" \t "), None);
        assert_eq!(normal_key(&"k".repeat(300)), Some("k".repeat(255)));
    }

    #[test]
    fn a_key_is_reserved_then_replayed_and_removed_after_a_day() {
        let (mut keys, scope) = (IdempotencyKeys::default(), (Environment::Test, "k".to_owned()));
        let print = fingerprint(&json!({}));
        assert!(matches!(keys.begin(&scope, print, 0), KeyState::First));
        assert!(matches!(keys.begin(&scope, print, 1), KeyState::InProgress));
        keys.finish(&scope, &Bytes::from_static(b"response"));
        assert!(matches!(keys.begin(&scope, print, 2), KeyState::Replay(r) if r == "response"));
        assert!(matches!(keys.begin(&scope, [0; 32], 3), KeyState::Reused));
        assert!(matches!(keys.begin(&scope, [0; 32], RETENTION + 1), KeyState::First));
    }
}
