//! How far a program has come, as text that it stores.

use crate::error::Error;
use crate::json::Value;
use crate::messages::outcome as messages;
use crate::timestamp;

const VERSION: i64 = 1;
/// How long before the last run a change is looked for again: clocks differ, and some rows come
/// late.
pub(super) const OVERLAP: i64 = 10 * 60_000;
/// How old an object may be that has not reached a final state.
const LOOKBACK: i64 = 30 * 86_400_000;
/// How many events are remembered, so that the overlap does not bring them again.
const REMEMBERED: usize = 80;

/// How far a program has come. Times are those of the server, in milliseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Cursor {
    /// The run looks for what has changed since then.
    pub(super) changed_since: i64,
    /// When the run began; 0 between two runs.
    pub(super) until: i64,
    /// Every object that was created before was handed over in this run.
    pub(super) position: i64,
    /// For each list, the creation of the oldest object that may have changed.
    pub(super) from: Vec<i64>,
    /// For each list, the creation of the oldest object that this run has found in no final state.
    pub(super) pending: Vec<Option<i64>>,
    /// The first digits of the keys of the last events, one after another.
    recent: String,
}

impl Cursor {
    /// Starts at a time, or continues from a cursor.
    pub(super) fn read(text: &str, lists: usize) -> Result<Self, Error> {
        if let Some(cursor) = Self::of_json(text, lists) {
            return Ok(cursor);
        }
        let since = timestamp::read(text)
            .or_else(|| timestamp::read_day(text))
            .ok_or_else(|| Error::validation(messages::wrong_since()))?;
        Ok(Self {
            changed_since: since,
            from: vec![since - LOOKBACK; lists],
            pending: vec![None; lists],
            ..Self::default()
        })
    }

    fn of_json(text: &str, lists: usize) -> Option<Self> {
        let all: Value = text.parse().ok()?;
        let number = |name: &str| all.get(name).and_then(Value::as_i64);
        let array = |name: &str| all.get(name).and_then(Value::as_array);
        if number("v") != Some(VERSION) {
            return None;
        }
        let from: Option<Vec<i64>> = array("from")?.iter().map(Value::as_i64).collect();
        let recent = all.get("recent").and_then(Value::as_str)?;
        let is_keys = recent.len().is_multiple_of(KEY)
            && recent.bytes().all(|digit| digit.is_ascii_hexdigit());
        let cursor = Self {
            changed_since: number("since")?,
            until: number("until")?,
            position: number("at")?,
            from: from?,
            pending: array("pending")?.iter().map(Value::as_i64).collect(),
            recent: if is_keys { recent.to_owned() } else { return None },
        };
        (cursor.from.len() == lists && cursor.pending.len() == lists).then_some(cursor)
    }

    /// The string to store: below 2 KB.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::with_capacity(2048);
        let numbers = [
            (r#"{"v":"#, VERSION),
            (r#","since":"#, self.changed_since),
            (r#","until":"#, self.until),
            (r#","at":"#, self.position),
        ];
        let mut digits = itoa::Buffer::new();
        for (name, number) in numbers {
            text.push_str(name);
            text.push_str(digits.format(number));
        }
        text.push_str(r#","from":["#);
        append(&mut text, self.from.iter().copied().map(Some));
        text.push_str(r#"],"pending":["#);
        append(&mut text, self.pending.iter().copied());
        text.push_str(r#"],"recent":""#);
        text.push_str(&self.recent);
        text.push_str(r#""}"#);
        text
    }

    /// The digits of a replay key that are remembered.
    pub(super) fn digits(replay_key: &str) -> &str {
        let digits = replay_key.rsplit('-').next().unwrap_or_default();
        digits.get(..KEY).unwrap_or(digits)
    }

    /// Whether an event was handed over lately; if not, it is remembered. `key` is as long as
    /// [`Self::digits`] are.
    pub(super) fn is_repeated(&mut self, key: &str) -> bool {
        if self.recent.as_bytes().chunks(KEY).any(|recent| recent == key.as_bytes()) {
            return true;
        }
        if self.recent.len() >= REMEMBERED * KEY {
            self.recent.drain(..KEY);
        }
        self.recent.push_str(key);
        false
    }

    /// Where the next run starts.
    pub(super) fn end(&mut self) {
        let since = self.until - OVERLAP;
        for (from, pending) in self.from.iter_mut().zip(&mut self.pending) {
            let oldest = pending.take().unwrap_or(i64::MAX).max(self.until - LOOKBACK);
            *from = oldest.min(since);
        }
        (self.changed_since, self.until, self.position) = (since, 0, 0);
    }
}

/// Digits of a remembered key.
const KEY: usize = 16;

/// Appends numbers, with commas between them.
fn append(text: &mut String, numbers: impl Iterator<Item = Option<i64>>) {
    for (position, number) in numbers.enumerate() {
        if position > 0 {
            text.push(',');
        }
        match number {
            Some(number) => text.push_str(itoa::Buffer::new().format(number)),
            None => text.push_str("null"),
        }
    }
}
