//! Sessions in memory.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::clock::Millis;

/// Which key a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Environment {
    /// `lomi_sk_test_`
    Test,
    /// `lomi_sk_live_`
    Live,
}

impl Environment {
    /// `test` or `live`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Waiting to be paid.
    Open,
    /// Paid.
    Completed,
    /// Over without a payment.
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
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// `checkout_session_id`.
    pub(crate) id: Uuid,
    /// Place in the order of creation.
    pub(crate) seq: u64,
    /// Key it was made with.
    pub(crate) environment: Environment,
    /// Status when it was last written; see [`Session::status_at`].
    pub(crate) status: Status,
    /// Time of creation.
    pub(crate) created_at: Millis,
    /// Time of the last change.
    pub(crate) updated_at: Millis,
    /// Time at which it stops being payable.
    pub(crate) expires_at: Millis,
    /// The accepted request fields as JSON text: a fifth of the memory of a parsed map.
    input: Box<str>,
}

impl Session {
    /// A new session; its place in the order is given by [`Store::insert`].
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

    /// The status at a time: an open session past its end is expired.
    pub(crate) fn status_at(&self, now: Millis) -> Status {
        match self.status {
            Status::Open if now >= self.expires_at => Status::Expired,
            status => status,
        }
    }
}

/// All sessions.
#[derive(Debug, Default)]
pub(crate) struct Store {
    sessions: HashMap<Uuid, Session>,
    order: BTreeMap<u64, Uuid>,
    last_seq: u64,
}

impl Store {
    /// Adds a session. False, and nothing happens, when its id is taken.
    pub(crate) fn insert(&mut self, mut session: Session) -> bool {
        if self.sessions.contains_key(&session.id) {
            return false;
        }
        self.last_seq += 1;
        session.seq = self.last_seq;
        self.order.insert(session.seq, session.id);
        self.sessions.insert(session.id, session);
        true
    }

    /// A session, whoever owns it.
    pub(crate) fn get(&self, id: Uuid) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// A session of one environment; another's is as good as absent.
    pub(crate) fn of(&self, environment: Environment, id: Uuid) -> Option<&Session> {
        self.get(id).filter(|s| s.environment == environment)
    }

    /// Writes a session back.
    pub(crate) fn replace(&mut self, session: Session) {
        if let Some(slot) = self.sessions.get_mut(&session.id) {
            *slot = session;
        }
    }

    /// Removes a session of one environment. False when there is none.
    pub(crate) fn remove(&mut self, environment: Environment, id: Uuid) -> bool {
        let Some(seq) = self.of(environment, id).map(|s| s.seq) else {
            return false;
        };
        self.order.remove(&seq);
        self.sessions.remove(&id).is_some()
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
            .filter(move |s| s.environment == environment)
    }
}
