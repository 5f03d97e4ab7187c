//! What every request handler shares.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::clock::Clock;
use crate::idempotency::Keys;
use crate::options::Options;
use crate::store::Store;

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
    store: Mutex<Store>,
    keys: Mutex<Keys>,
}

/// The state as axum hands it around.
pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn new(options: Options, url: String) -> Shared {
        Arc::new(Self {
            options,
            url,
            clock: Clock,
            organization_id: Uuid::new_v4(),
            merchant_id: Uuid::new_v4(),
            user_id: Uuid::new_v4(),
            store: Mutex::default(),
            keys: Mutex::default(),
        })
    }

    /// The sessions. Hold it briefly: every request waits for it.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The idempotency keys.
    pub(crate) fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Address of a session's page.
    pub(crate) fn checkout_url(&self, id: Uuid) -> String {
        format!("{}/checkout/{id}", self.url)
    }
}
