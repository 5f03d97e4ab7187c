//! What every request handler shares.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::generations::{Generation, Rendered};
use crate::idempotency::Keys;
use crate::limits::Window;
use crate::options::Options;
use crate::requests::Requests;
use crate::store::{Session, Store};
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
    /// `organization_id` of everything.
    pub(crate) organization_id: Uuid,
    /// `merchant_id` of everything.
    pub(crate) merchant_id: Uuid,
    /// `created_by` of everything.
    pub(crate) user_id: Uuid,
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
    pub(crate) fn new(options: Options, url: String) -> Shared {
        let mut webhooks = Webhooks::default();
        let clock = Clock::default();
        if let Some(to) = &options.webhook_url {
            webhooks.add(Endpoint::of_options(to, &options.webhook_secret, clock.now()));
        }
        Arc::new(Self {
            options,
            url,
            clock,
            organization_id: Uuid::new_v4(),
            merchant_id: Uuid::new_v4(),
            user_id: Uuid::new_v4(),
            wake: Notify::new(),
            webhooks: Mutex::new(webhooks),
            store: Mutex::default(),
            keys: Mutex::default(),
            faults: Mutex::default(),
            requests: Mutex::default(),
            window: Mutex::default(),
            blocked: Mutex::new(HashSet::from([BLOCKED_CUSTOMER.to_owned()])),
            changes: watch::Sender::new(0),
        })
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
