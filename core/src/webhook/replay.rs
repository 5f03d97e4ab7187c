//! Detects repeated deliveries.
//!
//! lomi. repeats a delivery after a response other than 2xx, and a person may send it again from
//! the dashboard. A repeated delivery keeps its `id`, with one exception: live payments by Wave and
//! by card get a new `id` and a new `timestamp` on every attempt. So a payment event is identified
//! by its content (its name, the transaction and the transaction's status). So is the end of a
//! refund, a payout or a checkout session, which reconciling finds too, and the start or the end of
//! a subscription. Every other event is identified by its `id`: two renewals of one subscription
//! are two events.
//!
//! Two payment events about one transaction with the same name and status but different ids cannot
//! be told apart, so they count as one.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::json::{Map, Value, Values};
use sha2::{Digest, Sha256};

use super::mac::hex;
use crate::error::Error;
use crate::json::document::{self, Document, write_string};
use crate::limits::Limits;
use crate::messages::bindings as shared;
use crate::messages::webhook as messages;
use crate::models::Event;
use crate::response::decode;
use crate::{table, timestamp};

/// How long a delivery is remembered by default: 30 days.
pub const DEFAULT_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The fields that identify the object of an event without an id.
const SUBJECTS: &[&str] =
    &["transaction_id", "refund_id", "payout_id", "subscription_id", "checkout_session_id", "id"];

/// The key by which an event is remembered: `lomi-webhook-` and 64 hexadecimal digits, the same in
/// every language and for every delivery of one event. It has no letters that differ only in case,
/// because some databases ignore case.
pub fn replay_key(event: &Event) -> Result<String, Error> {
    let name = event.event.as_ref().map_or("", |event| event.as_str());
    let data = match event.data.clone().map(Value::from) {
        Some(Value::Object(data)) => data,
        _ => Map::new(),
    };
    let sent = event.timestamp.as_deref().unwrap_or_default();
    replay_key_of(name, event.id.as_deref(), sent, |field| data.get(field).cloned())
}

/// Like [`replay_key`], for the name of an event, its id, its time and the fields of its data.
pub(crate) fn replay_key_of(
    name: &str,
    id: Option<&str>,
    sent: &str,
    field: impl Fn(&str) -> Option<Value>,
) -> Result<String, Error> {
    let field = |name: &str| scalar(field(name)?);
    let mut identity = Identity::default();
    let transaction = field("transaction_id").filter(|_| name.starts_with("PAYMENT_"));
    if let Some(transaction) = transaction {
        let status = field("status").map(|status| match (name, status.as_str()) {
            // A payment that was refunded since had succeeded: that is the same event.
            ("PAYMENT_SUCCEEDED", "refunded") => "completed".to_owned(),
            _ => status,
        });
        identity.add("payment").add(name).add(&transaction).add_optional(status);
    } else if let Some(once) = once_per_state(name, &field) {
        identity = once;
    } else if let Some(id) = id.filter(|id| !id.is_empty()) {
        identity.add("id").add(id);
    } else {
        let subject = SUBJECTS.iter().find_map(|name| Some((name, field(name)?)));
        let Some((subject, subject_id)) = subject else {
            return Err(Error::validation(messages::not_identified()));
        };
        identity.add("about").add(name).add(subject).add(&subject_id).add_optional(field("status"));
        identity.add_moment(field("updated_at").as_deref());
        identity.add_moment(Some(sent).filter(|sent| !sent.is_empty()));
    }
    Ok(identity.into_key())
}

/// The identity of an event that an object has once in each of its states. Reconciling finds the
/// state, but not the id of the delivery.
fn once_per_state(name: &str, field: &impl Fn(&str) -> Option<String>) -> Option<Identity> {
    let mut identity = Identity::default();
    identity.add(name);
    let state = match name {
        "REFUND_COMPLETED" | "REFUND_FAILED" => "refund_id",
        "PAYOUT_COMPLETED" | "PAYOUT_FAILED" => "payout_id",
        "CHECKOUT_SESSION_COMPLETED" | "CHECKOUT_SESSION_EXPIRED" => "checkout_session_id",
        "SUBSCRIPTION_CREATED" => {
            identity.add(&field("subscription_id")?);
            return Some(identity);
        }
        // A subscription that was resumed may be cancelled again.
        "SUBSCRIPTION_CANCELLED" => {
            identity.add(&field("subscription_id")?).add_moment(Some(&field("updated_at")?));
            return Some(identity);
        }
        _ => return None,
    };
    identity.add(&field(state)?).add_optional(field("status"));
    Some(identity)
}

/// What identifies an event: a list of strings and times, as JSON.
#[derive(Default)]
struct Identity {
    json: Vec<u8>,
}

impl Identity {
    fn separate(&mut self) -> &mut Vec<u8> {
        self.json.push(if self.json.is_empty() { b'[' } else { b',' });
        &mut self.json
    }

    fn add(&mut self, text: &str) -> &mut Self {
        write_string(text, self.separate());
        self
    }

    fn add_optional(&mut self, text: Option<String>) -> &mut Self {
        match text {
            Some(text) => self.add(&text),
            None => {
                self.separate().extend_from_slice(b"null");
                self
            }
        }
    }

    /// Adds a time, however a language writes it.
    fn add_moment(&mut self, text: Option<&str>) -> &mut Self {
        match text.map(|text| (text, timestamp::read(text))) {
            Some((_, Some(time))) => {
                self.separate().extend_from_slice(time.to_string().as_bytes());
                self
            }
            Some((text, None)) => self.add(text),
            None => self.add_optional(None),
        }
    }

    fn into_key(mut self) -> String {
        self.json.push(b']');
        format!("lomi-webhook-{}", hex(&Sha256::digest(&self.json)))
    }
}

/// Like [`replay_key`], for a language that has the event as JSON.
pub fn replay_key_of_json(event: &str) -> Result<String, Error> {
    let document = Document::read(event.into(), Limits::default()).map_err(|error| {
        Error::validation(
            error.inner.message.replace(&shared::the_response(), &shared::the_event()),
        )
    })?;
    match document.at(Document::ROOT) {
        document::Value::Object => replay_key_of_values(&decode::object(
            &document,
            Document::ROOT,
            &table::EVENT,
            &mut Values,
        )?),
        _ => Err(Error::validation(messages::event_not_an_object())),
    }
}

/// Without the typed models, which no other language needs: they are 170 kB of its library.
fn replay_key_of_values(event: &Value) -> Result<String, Error> {
    let id = scalar(event["id"].clone());
    let sent = scalar(event["timestamp"].clone()).unwrap_or_default();
    let data = &event["data"];
    replay_key_of(event["event"].as_str().unwrap_or_default(), id.as_deref(), &sent, |field| {
        data.get(field).cloned()
    })
}

/// A string, number or boolean as a string; `None` if it is empty or another type.
fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Recognises repeated deliveries within one process. For several processes, store [`replay_key`]
/// in a column with a unique index, or in Redis with `SET key 1 NX EX seconds`.
///
/// ```
/// # fn main() -> Result<(), lomi::Error> {
/// # let event: lomi::models::Event = Default::default();
/// # let mut event = event;
/// # event.id = Some("1".into());
/// # fn ship() -> Result<(), lomi::Error> { Ok(()) }
/// let guard = lomi::webhook::ReplayGuard::new(10_000);
/// if guard.first_time(&event)?
///     && let Err(error) = ship()
/// {
///     guard.forget(&event)?; // so that the next delivery is handled
///     return Err(error); // answer with 500, so that there is one
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ReplayGuard {
    size: usize,
    ttl: Duration,
    seen: Mutex<Seen>,
}

/// Keys with their expiry, and the order in which they were added.
#[derive(Debug, Default)]
struct Seen {
    until: HashMap<String, Instant>,
    order: VecDeque<(String, Instant)>,
}

impl ReplayGuard {
    /// Remembers up to `size` events for [`DEFAULT_TTL`]; the oldest are dropped first.
    pub fn new(size: usize) -> Self {
        Self { size: size.max(1), ttl: DEFAULT_TTL, seen: Mutex::default() }
    }

    /// Sets how long events are remembered. Zero remembers none: every delivery would be handled.
    #[must_use]
    pub fn ttl(self, ttl: Duration) -> Self {
        Self { ttl, ..self }
    }

    /// Returns whether an event is new and remembers it, atomically: of several threads with the
    /// same event, only one gets true.
    pub fn first_time(&self, event: &Event) -> Result<bool, Error> {
        Ok(self.remember(&replay_key(event)?, self.ttl))
    }

    /// Forgets an event, so that its next delivery is handled: for a handler that failed.
    pub fn forget(&self, event: &Event) -> Result<(), Error> {
        self.forget_key(&replay_key(event)?);
        Ok(())
    }

    /// Remembers a key for a time. Returns false if it is already remembered.
    pub fn remember(&self, key: &str, ttl: Duration) -> bool {
        let now = Instant::now();
        // Limited to a time that every clock can represent.
        let until = now.checked_add(ttl.min(DEFAULT_TTL * 1200)).unwrap_or(now);
        let mut seen = self.seen();
        if seen.until.get(key).is_some_and(|until| *until > now) {
            return false;
        }
        seen.until.insert(key.to_owned(), until);
        seen.order.push_back((key.to_owned(), until));
        let Seen { until, order } = &mut *seen;
        while until.len() > self.size
            && let Some((oldest, end)) = order.pop_front()
        {
            if until.get(&oldest) == Some(&end) {
                until.remove(&oldest);
            }
        }
        // Removes the entries of keys that were forgotten or added again.
        if order.len() > self.size.saturating_mul(2) {
            order.retain(|(key, end)| until.get(key) == Some(end));
        }
        true
    }

    /// Forgets a key.
    pub fn forget_key(&self, key: &str) {
        self.seen().until.remove(key);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
