//! Checkout sessions, in the order of their creation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::environment::Environment;
use super::journal::{Journal, RecordKind, SavedRecords};
use super::payment::{Payment, PaymentState};
use super::time::Millis;

/// Status of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    /// Waiting to be paid.
    Open,
    /// Paid.
    Completed,
    /// Ended without a payment.
    Expired,
}

impl Status {
    /// Reads `open`, `completed` (or B's `complete`) and `expired`.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "completed" | "complete" => Some(Self::Completed),
            "expired" => Some(Self::Expired),
            _ => None,
        }
    }
}

/// A checkout session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// `checkout_session_id`.
    pub(crate) id: Uuid,
    /// Place in the order of creation.
    pub(crate) seq: u64,
    /// Environment of the key that created it.
    pub(crate) environment: Environment,
    /// Status at the last change; see [`Session::status_at`].
    pub(crate) status: Status,
    /// Time of creation.
    pub(crate) created_at: Millis,
    /// Time of the last change.
    pub(crate) updated_at: Millis,
    /// Time at which it stops being payable.
    pub(crate) expires_at: Millis,
    /// Whether it is a charge without a session, which the API does not list.
    #[serde(default)]
    pub(crate) is_charge: bool,
    /// The last payment of it; `attempt` is its name in data files.
    #[serde(rename = "attempt")]
    pub(crate) payment: Option<Box<Payment>>,
    /// The accepted request fields as raw JSON, which needs a fifth of the memory of a parsed map.
    input: Box<str>,
}

impl Session {
    /// A new session; its place in the order is assigned by [`SessionStore::insert`].
    pub(crate) fn new(
        id: Uuid,
        environment: Environment,
        created_at: Millis,
        expires_at: Millis,
        input: &Map<String, Value>,
    ) -> Self {
        let mut session = Self {
            id,
            seq: 0,
            environment,
            status: Status::Open,
            created_at,
            updated_at: created_at,
            expires_at,
            is_charge: false,
            payment: None,
            input: Box::default(),
        };
        session.set_input(input);
        session
    }

    /// The request fields.
    pub(crate) fn input(&self) -> Map<String, Value> {
        serde_json::from_str(&self.input).unwrap_or_default()
    }

    /// Replaces the request fields.
    pub(crate) fn set_input(&mut self, input: &Map<String, Value>) {
        self.input = serde_json::to_string(input).unwrap_or_default().into_boxed_str();
    }

    /// When the buyer answers the pending payment by themselves, and how.
    fn answer(&self) -> Option<(Millis, bool)> {
        let payment = self.payment.as_deref()?;
        payment.ends.filter(|_| payment.state == PaymentState::Pending)
    }

    /// The status at a time: an open session past `expires_at` is expired.
    pub(crate) fn status_at(&self, now: Millis) -> Status {
        match self.status {
            Status::Open if now >= self.expires_at => Status::Expired,
            status => status,
        }
    }
}

/// All sessions of both environments.
#[derive(Debug, Default)]
pub(crate) struct SessionStore {
    sessions: HashMap<Uuid, Session>,
    order: BTreeMap<u64, Uuid>,
    /// The open sessions by the time at which they expire.
    open_until: BTreeSet<(Millis, Uuid)>,
    /// The pending payments that end by themselves, by the time at which they do.
    answers: BTreeMap<(Millis, Uuid), bool>,
    last_seq: u64,
    journal: Journal,
}

impl SessionStore {
    /// The sessions of a data file.
    pub(crate) fn restored(journal: &Journal, saved: &SavedRecords) -> Self {
        let mut store = Self::default();
        for (_, session) in saved.of(RecordKind::Session) {
            store.put(session);
        }
        store.journal = journal.clone();
        store
    }

    /// Adds a session. False, and nothing happens, when its id is taken.
    pub(crate) fn insert(&mut self, mut session: Session) -> bool {
        if self.sessions.contains_key(&session.id) {
            return false;
        }
        session.seq = self.last_seq + 1;
        self.put(session);
        true
    }

    /// Adds or replaces a session that has its place in the order.
    fn put(&mut self, session: Session) {
        self.last_seq = self.last_seq.max(session.seq);
        self.journal.put(RecordKind::Session, session.id, &session);
        if session.status == Status::Open {
            self.open_until.insert((session.expires_at, session.id));
        }
        if let Some((at, succeeds)) = session.answer() {
            self.answers.insert((at, session.id), succeeds);
        }
        self.order.insert(session.seq, session.id);
        self.sessions.insert(session.id, session);
    }

    /// A session of either environment.
    pub(crate) fn get(&self, id: Uuid) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// A session of one environment; one of the other environment counts as absent, and a charge too.
    pub(crate) fn of(&self, environment: Environment, id: Uuid) -> Option<&Session> {
        self.get(id).filter(|s| s.environment == environment && !s.is_charge)
    }

    /// Replaces a session after a change.
    pub(crate) fn replace(&mut self, session: Session) {
        if let Some(old) = self.sessions.get(&session.id) {
            self.open_until.remove(&(old.expires_at, old.id));
            if let Some((at, _)) = old.answer() {
                self.answers.remove(&(at, session.id));
            }
            self.put(session);
        }
    }

    /// Removes a session of one environment. False when there is none.
    pub(crate) fn remove(&mut self, environment: Environment, id: Uuid) -> bool {
        if self.of(environment, id).is_none() {
            return false;
        }
        if let Some(old) = self.sessions.remove(&id) {
            self.journal.delete(RecordKind::Session, id);
            self.order.remove(&old.seq);
            self.open_until.remove(&(old.expires_at, id));
        }
        true
    }

    /// Marks the open sessions that are past their end as expired and returns them.
    pub(crate) fn expire_due(&mut self, now: Millis) -> Vec<Session> {
        let mut expired = Vec::new();
        while let Some(&(at, id)) = self.open_until.first().filter(|(at, _)| *at <= now) {
            let Some(mut session) = self.get(id).cloned() else {
                self.open_until.remove(&(at, id));
                continue;
            };
            session.status = Status::Expired;
            session.updated_at = at;
            self.replace(session.clone());
            expired.push(session);
        }
        expired
    }

    /// The pending payment that ends by itself first: when, that of which session, and how.
    pub(crate) fn next_answer(&self) -> Option<(Millis, Uuid, bool)> {
        self.answers.first_key_value().map(|((at, id), succeeds)| (*at, *id, *succeeds))
    }

    /// When the next open session expires.
    pub(crate) fn next_expiry(&self) -> Option<Millis> {
        self.open_until.first().map(|(at, _)| *at)
    }

    /// The session with a payment.
    pub(crate) fn by_transaction(&self, id: Uuid) -> Option<&Session> {
        let is_its = |s: &&Session| s.payment.as_deref().is_some_and(|p| p.transaction_id == id);
        self.all_newest_first().find(is_its)
    }

    /// Number of sessions of both environments.
    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// The sessions of both environments, newest first.
    pub(crate) fn all_newest_first(&self) -> impl Iterator<Item = &Session> {
        self.order.values().rev().filter_map(|id| self.sessions.get(id))
    }

    /// The sessions of an environment, newest first, older than `before` where it is given.
    pub(crate) fn newest_first(
        &self,
        environment: Environment,
        before: Option<u64>,
    ) -> impl Iterator<Item = &Session> {
        self.order
            .range(..before.unwrap_or(u64::MAX))
            .rev()
            .filter_map(|(_, id)| self.sessions.get(id))
            .filter(move |s| s.environment == environment && !s.is_charge)
    }
}
