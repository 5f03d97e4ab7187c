//! Webhook endpoints together with the log of their deliveries.

use uuid::Uuid;

use super::deliveries::DeliveryLog;
use super::endpoints::Endpoint;
use super::journal::{Journal, RecordKind, SavedRecords};
use super::time::Millis;

/// Endpoints and delivery log.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    /// In the order of their creation.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Deliveries that were sent, and those still queued.
    pub(crate) log: DeliveryLog,
    journal: Journal,
}

impl Webhooks {
    /// Endpoints and deliveries of a data file. A delivery that was in flight is due again.
    pub(crate) fn restored(journal: &Journal, saved: &SavedRecords, now: Millis) -> Self {
        let mut endpoints: Vec<Endpoint> = saved.of(RecordKind::Endpoint).map(|(_, e)| e).collect();
        endpoints.sort_by_key(|e| (e.created_at, e.id));
        Self {
            endpoints,
            log: DeliveryLog::restored(journal, saved, now),
            journal: journal.clone(),
        }
    }

    /// An endpoint by its id.
    pub(crate) fn endpoint(&self, id: Uuid) -> Option<&Endpoint> {
        self.endpoints.iter().find(|e| e.id == id)
    }

    /// Adds an endpoint.
    pub(crate) fn add(&mut self, endpoint: Endpoint) {
        self.journal.put(RecordKind::Endpoint, endpoint.id, &endpoint);
        self.endpoints.push(endpoint);
    }

    /// Replaces an endpoint after a change.
    pub(crate) fn replace(&mut self, endpoint: Endpoint) {
        if let Some(slot) = self.endpoints.iter_mut().find(|e| e.id == endpoint.id) {
            self.journal.put(RecordKind::Endpoint, endpoint.id, &endpoint);
            *slot = endpoint;
        }
    }

    /// Removes an endpoint and cancels its queued deliveries.
    pub(crate) fn remove(&mut self, id: Uuid) {
        self.journal.delete(RecordKind::Endpoint, id);
        self.endpoints.retain(|e| e.id != id);
        self.log.cancel(id);
    }
}
