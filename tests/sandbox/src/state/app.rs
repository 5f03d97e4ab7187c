//! State and settings that all request handlers share.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::clock::Clock;
use super::endpoints::Endpoint;
use super::faults::Faults;
use super::idempotency::IdempotencyKeys;
use super::identity::Identity;
use super::journal::{Journal, RecordKind, SavedRecords};
use super::objects::ObjectStore;
use super::rate_limit::RateWindow;
use super::request_log::RequestLog;
use super::sessions::SessionStore;
use super::webhooks::Webhooks;

use crate::options::Options;

/// A customer that always starts with an unpaid invoice, so that a test can get
/// `payment_required` without a preparation.
pub(crate) const BLOCKED_CUSTOMER: &str = "00000000-0000-4000-8000-000000000402";

/// State and settings of one sandbox.
#[derive(Debug)]
pub(crate) struct App {
    /// Settings.
    pub(crate) options: Options,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// The clock of the sandbox.
    pub(crate) clock: Clock,
    /// IdempotencyKeys and account ids.
    pub(crate) identity: Identity,
    /// Queue of changes for the data file.
    pub(crate) journal: Journal,
    /// Wakes the scheduler when something may be due.
    pub(crate) wake: Notify,
    webhooks: Mutex<Webhooks>,
    sessions: Mutex<SessionStore>,
    objects: Mutex<ObjectStore>,
    keys: Mutex<IdempotencyKeys>,
    faults: Mutex<Faults>,
    requests: Mutex<RequestLog>,
    window: Mutex<RateWindow>,
    blocked: Mutex<HashSet<String>>,
    changes: watch::Sender<u64>,
}

/// The state as axum handlers receive it.
pub(crate) type SharedApp = Arc<App>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The state is consistent also after a panic: every change is made by one call.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// State of the data file, or empty state.
    ///
    /// # Errors
    /// When the data file cannot be used.
    pub(crate) fn new(options: Options, url: String) -> rusqlite::Result<SharedApp> {
        let (journal, saved) = match &options.data {
            Some(path) => Journal::open(path)?,
            None => (Journal::default(), SavedRecords::default()),
        };
        let identity = Identity::of(&options, &saved);
        journal.put(RecordKind::Setting, "identity", &identity);
        let clock = match saved.setting("clock") {
            Some((offset, stopped_at)) => Clock::restored(offset, stopped_at),
            None => Clock::default(),
        };
        let mut webhooks = Webhooks::restored(&journal, &saved, clock.now());
        if let Some(to) = &options.webhook_url
            && !webhooks.endpoints.iter().any(|e| e.url == *to)
        {
            webhooks.add(Endpoint::new(to, &identity.webhook_secret, clock.now()));
        }
        let sessions = SessionStore::restored(&journal, &saved);
        let objects = ObjectStore::restored(&journal, &saved);
        let keys = IdempotencyKeys::restored(&journal, &saved);
        let mut blocked: HashSet<String> = saved
            .of::<bool>(RecordKind::Blocked)
            .filter(|(_, blocked)| *blocked)
            .map(|(id, _)| id.to_owned())
            .collect();
        if !saved.of::<bool>(RecordKind::Blocked).any(|(id, _)| id == BLOCKED_CUSTOMER) {
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
            sessions: Mutex::new(sessions),
            objects: Mutex::new(objects),
            keys: Mutex::new(keys),
            faults: Mutex::default(),
            requests: Mutex::default(),
            window: Mutex::default(),
            blocked: Mutex::new(blocked),
            changes: watch::Sender::new(0),
        }))
    }

    /// The sessions. Release the lock soon: every request takes it.
    pub(crate) fn sessions(&self) -> MutexGuard<'_, SessionStore> {
        lock(&self.sessions)
    }

    /// The objects of the other resources. Where both locks are needed, that of the sessions is
    /// taken first.
    pub(crate) fn objects(&self) -> MutexGuard<'_, ObjectStore> {
        lock(&self.objects)
    }

    /// Endpoints and delivery log.
    pub(crate) fn webhooks(&self) -> MutexGuard<'_, Webhooks> {
        lock(&self.webhooks)
    }

    /// The idempotency keys.
    pub(crate) fn keys(&self) -> MutexGuard<'_, IdempotencyKeys> {
        lock(&self.keys)
    }

    /// The configured faults.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    /// The log of requests.
    pub(crate) fn requests(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.requests)
    }

    /// The window of the rate limit.
    pub(crate) fn window(&self) -> MutexGuard<'_, RateWindow> {
        lock(&self.window)
    }

    /// Sets whether a customer or subscription has an unpaid invoice.
    pub(crate) fn block(&self, id: &str, blocked: bool) {
        self.journal.put(RecordKind::Blocked, id, &blocked);
        if blocked {
            lock(&self.blocked).insert(id.to_owned());
        } else {
            lock(&self.blocked).remove(id);
        }
    }

    /// Whether this customer or subscription has an unpaid invoice.
    pub(crate) fn is_blocked(&self, id: &str) -> bool {
        lock(&self.blocked).contains(id)
    }

    /// Stores the state of the clock.
    pub(crate) fn store_clock(&self) {
        self.journal.put(RecordKind::Setting, "clock", &self.clock.state());
    }

    /// Address of a session's checkout page.
    pub(crate) fn checkout_url(&self, id: Uuid) -> String {
        format!("{}/checkout/{id}", self.url)
    }

    /// Address of the page of a payment link or a payment request.
    pub(crate) fn payment_page_url(&self, id: &str) -> String {
        format!("{}/pay/{id}", self.url)
    }

    /// Writes a line to standard error unless the sandbox is quiet. Write errors are ignored.
    pub(crate) fn log(&self, line: impl FnOnce() -> String) {
        if self.options.log {
            let _ = writeln!(std::io::stderr(), "{}", line());
        }
    }

    /// Notifies open consoles of a change.
    pub(crate) fn notify_consoles(&self) {
        // Mostly no console is open.
        if self.changes.receiver_count() > 0 {
            self.changes.send_modify(|n| *n = n.wrapping_add(1));
        }
    }

    /// Notifications of changes, for a console.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
