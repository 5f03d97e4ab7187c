//! `Idempotency-Key`: the first answer is kept and given again.

use std::collections::HashMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::state::clock::{MINUTE, Millis};
use crate::state::journal::{Journal, Kind, Saved};
use crate::state::sessions::Environment;

const MAX_KEY_CHARS: usize = 255;
const RETENTION: Millis = 24 * 60 * MINUTE;

/// SHA-256 of the canonical body.
type Fingerprint = [u8; 32];

/// A key, in the environment in which it was used.
pub(crate) type Scope = (Environment, String);

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    fingerprint: Fingerprint,
    since: Millis,
    /// None until the first request has been answered.
    answer: Option<Box<str>>,
}

/// What a key means for a request.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Go on; report the end with [`Keys::finish`] or [`Keys::release`].
    First,
    /// Give this answer again.
    Replay(Bytes),
    /// The key belongs to another body.
    Reused,
    /// The first request is still being worked on.
    InProgress,
}

/// The keys of the last 24 hours.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    entries: HashMap<Scope, Entry>,
    last_prune: Millis,
    journal: Journal,
}

/// The environment and the key in one text.
fn record_id((environment, key): &Scope) -> String {
    format!("{}:{key}", environment.word())
}

impl Keys {
    /// The keys of a data file.
    pub(crate) fn restored(journal: &Journal, saved: &Saved) -> Self {
        let scope = |id: &str| match id.split_once(':')? {
            ("live", key) => Some((Environment::Live, key.to_owned())),
            (_, key) => Some((Environment::Test, key.to_owned())),
        };
        let entries = saved.of(Kind::Key).filter_map(|(id, entry)| Some((scope(id)?, entry)));
        Self { entries: entries.collect(), last_prune: 0, journal: journal.clone() }
    }

    /// Looks a key up, and reserves it when it is new.
    pub(crate) fn begin(
        &mut self,
        scope: &Scope,
        fingerprint: Fingerprint,
        now: Millis,
    ) -> Verdict {
        self.prune(now);
        match self.entries.get(scope) {
            Some(e) if e.fingerprint != fingerprint => Verdict::Reused,
            Some(Entry { answer: Some(answer), .. }) => {
                Verdict::Replay(Bytes::copy_from_slice(answer.as_bytes()))
            }
            Some(_) => Verdict::InProgress,
            None => {
                let entry = Entry { fingerprint, since: now, answer: None };
                self.entries.insert(scope.clone(), entry);
                Verdict::First
            }
        }
    }

    /// Keeps the answer to the first request.
    pub(crate) fn finish(&mut self, scope: &Scope, answer: &Bytes) {
        if let Some(entry) = self.entries.get_mut(scope) {
            entry.answer = Some(String::from_utf8_lossy(answer).into());
            self.journal.put(Kind::Key, record_id(scope), entry);
        }
    }

    /// Frees the key of a request that made nothing.
    pub(crate) fn release(&mut self, scope: &Scope) {
        self.entries.remove(scope);
    }

    fn prune(&mut self, now: Millis) {
        if now - self.last_prune > 10 * MINUTE {
            self.last_prune = now;
            self.entries.retain(|scope, e| {
                let kept = now - e.since < RETENTION;
                if !kept {
                    self.journal.delete(Kind::Key, record_id(scope));
                }
                kept
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
    fn a_key_goes_from_reserved_to_replay_and_is_forgotten_after_a_day() {
        let (mut keys, scope) = (Keys::default(), (Environment::Test, "k".to_owned()));
        let print = fingerprint(&json!({}));
        assert!(matches!(keys.begin(&scope, print, 0), Verdict::First));
        assert!(matches!(keys.begin(&scope, print, 1), Verdict::InProgress));
        keys.finish(&scope, &Bytes::from_static(b"answer"));
        assert!(matches!(keys.begin(&scope, print, 2), Verdict::Replay(a) if a == "answer"));
        assert!(matches!(keys.begin(&scope, [0; 32], 3), Verdict::Reused));
        assert!(matches!(keys.begin(&scope, [0; 32], RETENTION + 1), Verdict::First));
    }
}
