//! What is known of a call whose outcome is unknown.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::json::{Map, Value};

/// The version of the JSON.
const VERSION: i64 = 1;

/// Fields of a body that are never kept.
const CARD_DATA: &[&str] = &["pan", "cvv", "expiry"];

/// What is known of a call whose outcome is unknown: what
/// [`Client::find_outcome_of`](crate::Client::find_outcome_of) needs, also in another process. It
/// has the body that was sent, so personal data, but no API key.
#[derive(Clone)]
pub struct UnknownCall {
    pub(crate) operation: String,
    pub(crate) path: Map<String, Value>,
    pub(crate) body: Option<Value>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) account: Option<String>,
    /// Whether a repeated call does the work once.
    pub(crate) is_repeatable: bool,
    pub(crate) started_at: SystemTime,
    pub(crate) ended_at: SystemTime,
    /// What to add to these times for those of the server's clock, in milliseconds; `None` if the
    /// server had not sent its time yet.
    pub(crate) clock_offset: Option<i64>,
    /// Whether it was not read from JSON, which another machine may have stored.
    pub(crate) is_of_this_process: bool,
}

impl UnknownCall {
    /// The operation, such as `create_refund`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The idempotency key that every attempt carried.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// Leaves out the numbers of a card. Without them, the call cannot be repeated.
    pub(crate) fn without_card_data(mut self) -> Self {
        if let Some(body) = self.body.as_mut().and_then(Value::as_object_mut) {
            let sent = body.len();
            body.retain(|name, _| !CARD_DATA.contains(&name.as_str()));
            self.is_repeatable &= body.len() == sent;
        }
        self
    }

    /// As JSON, to store and to read with [`Self::from_json`] later.
    pub fn to_json(&self) -> String {
        let mut all: Map<String, Value> = Map::new();
        let mut add = |name: &str, value: Value| {
            if !value.is_null() {
                all.insert(name.to_owned(), value);
            }
        };
        let text = |value: &Option<String>| value.as_deref().map_or(Value::Null, Value::from);
        add("version", VERSION.into());
        add("operation", self.operation.as_str().into());
        add("path", self.path.clone().into());
        add("body", self.body.clone().unwrap_or(Value::Null));
        add("idempotency_key", text(&self.idempotency_key));
        add("account", text(&self.account));
        add("is_repeatable", self.is_repeatable.into());
        add("started_at", milliseconds(self.started_at).into());
        add("ended_at", milliseconds(self.ended_at).into());
        add("clock_offset", self.clock_offset.map_or(Value::Null, Value::from));
        Value::from(all).to_string()
    }

    /// Reads what [`Self::to_json`] returned; `None` for anything else.
    pub fn from_json(text: &str) -> Option<Self> {
        let all: Value = text.parse().ok()?;
        let word = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| all.get(name).and_then(Value::as_i64);
        if number("version") != Some(VERSION) {
            return None;
        }
        Some(Self {
            operation: word("operation")?,
            path: all.get("path").and_then(Value::as_object).cloned().unwrap_or_default(),
            body: all.get("body").cloned(),
            idempotency_key: word("idempotency_key"),
            account: word("account"),
            is_repeatable: all.get("is_repeatable")?.as_bool()?,
            started_at: time(number("started_at")?)?,
            ended_at: time(number("ended_at")?)?,
            clock_offset: number("clock_offset"),
            is_of_this_process: false,
        })
    }
}

impl fmt::Debug for UnknownCall {
    /// Leaves out the body: it may have personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownCall")
            .field("operation", &self.operation)
            .field("idempotency_key", &self.idempotency_key)
            .field("started_at", &self.started_at)
            .finish_non_exhaustive()
    }
}

/// Milliseconds since 1970.
fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn time(milliseconds: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(milliseconds).ok()?))
}
