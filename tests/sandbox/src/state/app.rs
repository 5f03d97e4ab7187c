//! What every request handler shares.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::generation::Generation;
use crate::options::Options;
use crate::schema::session::Rendered;
use crate::state::clock::Clock;
use crate::state::faults::Faults;
use crate::state::idempotency::Keys;
use crate::state::identity::Identity;
use crate::state::journal::{Journal, Kind, Saved};
use crate::state::rate_limit::Window;
use crate::state::request_log::Requests;
use crate::state::sessions::{Session, Store};
use crate::webhooks::{Endpoint, Webhooks};

/// A customer that has an unpaid invoice from the start, so that `payment_required` can be met
/// without preparing anything.
pub(crate) const BLOCKED_CUSTOMER: &str = "00000000-0000-4000-8000-000000000402";

/// The sandbox's state and settings.
#[derive(Debug)]
pub(crate) struct App {
    /// As given at the start.
    pub(crate) options: Options,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// The time.
    pub(crate) clock: Clock,
    /// Keys and account ids.
    pub(crate) identity: Identity,
    /// Where changes are written.
    pub(crate) journal: Journal,
    /// Told when something may be due.
    pub(crate) wake: Notify,
    webhooks: Mutex<Webhooks>,
    store: Mutex<Store>,
    keys: Mutex<Keys>,
    faults: Mutex<Faults>,
    requests: Mutex<Requests>,
    window: Mutex<Window>,
    blocked: Mutex<HashSet<String>>,
    changes: watch::Sender<u64>,
}

/// The state as axum hands it around.
pub(crate) type Shared = Arc<App>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panicking handler left is whole: every change is made by one call.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// The state of the data file, or an empty one.
    ///
    /// # Errors
    /// When the data file cannot be used.
    pub(crate) fn new(options: Options, url: String) -> rusqlite::Result<Shared> {
        let (journal, saved) = match &options.data {
            Some(path) => Journal::open(path)?,
            None => (Journal::default(), Saved::default()),
        };
        let identity = Identity::of(&options, &saved);
        journal.put(Kind::Setting, "identity", &identity);
        let clock = match saved.setting("clock") {
            Some((ahead, stopped_at)) => Clock::restored(ahead, stopped_at),
            None => Clock::default(),
        };
        let mut webhooks = Webhooks::restored(&journal, &saved, clock.now());
        if let Some(to) = &options.webhook_url
            && !webhooks.endpoints.iter().any(|e| e.url == *to)
        {
            webhooks.add(Endpoint::of_options(to, &identity.webhook_secret, clock.now()));
        }
        let store = Store::restored(&journal, &saved);
        let keys = Keys::restored(&journal, &saved);
        let mut blocked: HashSet<String> = saved
            .of::<bool>(Kind::Blocked)
            .filter(|(_, blocked)| *blocked)
            .map(|(id, _)| id.to_owned())
            .collect();
        if !saved.of::<bool>(Kind::Blocked).any(|(id, _)| id == BLOCKED_CUSTOMER) {
            blocked.insert(BLOCKED_CUSTOMER.to_owned());
        }
        Ok(Arc::new(Self {
            options,
            url,
            clock,
            identity,
            journal,
            wake: Notify::new(),
            webhooks: Mutex::new(webhooks),
            store: Mutex::new(store),
            keys: Mutex::new(keys),
            faults: Mutex::default(),
            requests: Mutex::default(),
            window: Mutex::default(),
            blocked: Mutex::new(blocked),
            changes: watch::Sender::new(0),
        }))
    }

    /// The sessions. Hold it briefly: every request waits for it.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }

    /// Endpoints and delivery log.
    pub(crate) fn webhooks(&self) -> MutexGuard<'_, Webhooks> {
        lock(&self.webhooks)
    }

    /// The idempotency keys.
    pub(crate) fn keys(&self) -> MutexGuard<'_, Keys> {
        lock(&self.keys)
    }

    /// The faults that are waiting.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    /// The last requests.
    pub(crate) fn requests(&self) -> MutexGuard<'_, Requests> {
        lock(&self.requests)
    }

    /// The running rate limit window.
    pub(crate) fn window(&self) -> MutexGuard<'_, Window> {
        lock(&self.window)
    }

    /// Gives a customer or subscription an unpaid invoice, or takes it away.
    pub(crate) fn block(&self, id: &str, blocked: bool) {
        self.journal.put(Kind::Blocked, id, &blocked);
        if blocked {
            lock(&self.blocked).insert(id.to_owned());
        } else {
            lock(&self.blocked).remove(id);
        }
    }

    /// Has this customer or subscription an unpaid invoice?
    pub(crate) fn is_blocked(&self, id: &str) -> bool {
        lock(&self.blocked).contains(id)
    }

    /// Remembers how the clock has been set.
    pub(crate) fn keep_clock(&self) {
        self.journal.put(Kind::Setting, "clock", &self.clock.state());
    }

    /// Address of a session's page.
    pub(crate) fn checkout_url(&self, id: Uuid) -> String {
        format!("{}/checkout/{id}", self.url)
    }

    /// A session as today's server writes it.
    pub(crate) fn session_value(&self, session: &Session) -> Value {
        let now = self.clock.now();
        let rendered = Rendered { generation: Generation::D, app: self, session, now };
        serde_json::to_value(rendered).unwrap_or_default()
    }

    /// Writes a line to the terminal, where that is wanted. A terminal that is gone or full
    /// changes nothing.
    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        if self.options.log {
            let _ = writeln!(std::io::stderr(), "{}", line());
        }
    }

    /// Tells the consoles that something is new.
    pub(crate) fn changed(&self) {
        // Nobody listens to most changes; then there is nothing to do.
        if self.changes.receiver_count() > 0 {
            self.changes.send_modify(|n| *n = n.wrapping_add(1));
        }
    }

    /// To be told when something is new.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
