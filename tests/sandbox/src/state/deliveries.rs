//! Webhook deliveries: the queued ones, and every attempt that was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::endpoints::Endpoint;
use super::environment::Environment;
use super::journal::{Journal, RecordKind, SavedRecords};
use super::time::Millis;

/// Delays before the second, third, fourth and fifth attempt.
const RETRY_DELAYS: [Millis; 4] = [5_000, 10_000, 20_000, 40_000];
/// Maximum number of stored deliveries; the oldest finished ones are removed first.
const MAX_DELIVERIES: usize = 5_000;

/// One event for one endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// Number of the delivery, in the order of events.
    pub(crate) seq: u64,
    /// Id of the endpoint.
    pub(crate) webhook_id: Uuid,
    /// Its environment.
    pub(crate) environment: Environment,
    /// Address of the endpoint.
    pub(crate) url: String,
    /// Secret that signs it.
    pub(crate) secret: String,
    /// Name of the event.
    pub(crate) event: String,
    /// `id` of the envelope: the same for every attempt.
    pub(crate) event_id: Uuid,
    /// `data` of the envelope.
    pub(crate) data: Value,
    /// Attempts so far; `tries` is their name in data files.
    #[serde(rename = "tries")]
    pub(crate) attempts: Vec<DeliveryAttempt>,
    /// Time of the next attempt; None when there is none. `Millis::MAX` while one is in flight.
    pub(crate) next_at: Option<Millis>,
    /// Whether an attempt was accepted.
    pub(crate) delivered: bool,
}

/// One attempt to deliver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeliveryAttempt {
    /// `log_id`.
    pub(crate) log_id: Uuid,
    /// 1 for the first.
    pub(crate) number: usize,
    /// When it was attempt.
    pub(crate) at: Millis,
    /// The body that was sent, byte for byte.
    pub(crate) payload: String,
    /// Its signature.
    pub(crate) signature: String,
    /// Status of the response; None when there was none.
    pub(crate) status: Option<u16>,
    /// Beginning of the response's body, or the error.
    pub(crate) body: String,
    /// How long it took.
    pub(crate) milliseconds: u64,
    /// Whether it was requested through the API or the console.
    pub(crate) manual: bool,
}

impl DeliveryAttempt {
    /// Whether the endpoint accepted it.
    pub(crate) fn success(&self) -> bool {
        self.status.is_some_and(|s| (200..300).contains(&s))
    }
}

/// All deliveries.
#[derive(Debug, Default)]
pub(crate) struct DeliveryLog {
    deliveries: BTreeMap<u64, Delivery>,
    last_seq: u64,
    journal: Journal,
}

impl DeliveryLog {
    /// The deliveries of a data file.
    pub(super) fn restored(journal: &Journal, saved: &SavedRecords, now: Millis) -> Self {
        let mut log = Self::default();
        for (_, mut delivery) in saved.of::<Delivery>(RecordKind::Delivery) {
            delivery.next_at = delivery.next_at.map(|at| if at == Millis::MAX { now } else { at });
            log.put(delivery);
        }
        log.journal = journal.clone();
        log
    }

    /// Adds an event for an endpoint. When `next_at` is None, the caller sends it.
    pub(crate) fn queue(
        &mut self,
        endpoint: &Endpoint,
        event: &str,
        event_id: Uuid,
        data: Value,
        next_at: Option<Millis>,
    ) -> Delivery {
        let delivery = Delivery {
            seq: self.last_seq + 1,
            webhook_id: endpoint.id,
            environment: endpoint.environment,
            url: endpoint.url.clone(),
            secret: endpoint.secret.clone(),
            event: event.to_owned(),
            event_id,
            data,
            attempts: Vec::new(),
            next_at,
            delivered: false,
        };
        self.put(delivery.clone());
        delivery
    }

    /// Adds or replaces a delivery.
    pub(crate) fn put(&mut self, delivery: Delivery) {
        self.last_seq = self.last_seq.max(delivery.seq);
        self.journal.put(RecordKind::Delivery, delivery.seq, &delivery);
        self.deliveries.insert(delivery.seq, delivery);
        while self.deliveries.len() > MAX_DELIVERIES {
            let oldest = self.deliveries.values().find(|d| d.next_at.is_none()).map(|d| d.seq);
            // None has finished, and queued deliveries are never removed.
            let Some(oldest) = oldest else { break };
            self.journal.delete(RecordKind::Delivery, oldest);
            self.deliveries.remove(&oldest);
        }
    }

    /// A delivery by its number.
    pub(crate) fn get(&self, seq: u64) -> Option<&Delivery> {
        self.deliveries.get(&seq)
    }

    /// Takes the deliveries that are due. Each is in flight until [`DeliveryLog::record`].
    pub(crate) fn take_due(&mut self, now: Millis) -> Vec<Delivery> {
        let due = |d: &&mut Delivery| d.next_at.is_some_and(|at| at <= now);
        self.deliveries
            .values_mut()
            .filter(due)
            .map(|d| {
                // In flight: `None` would mean finished.
                d.next_at = Some(Millis::MAX);
                d.clone()
            })
            .collect()
    }

    /// When the next attempt is due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.deliveries.values().filter_map(|d| d.next_at).min()
    }

    /// Stores an attempt and decides whether there is another.
    pub(crate) fn record(&mut self, seq: u64, attempt: DeliveryAttempt, now: Millis) {
        let Some(delivery) = self.deliveries.get_mut(&seq) else {
            return;
        };
        delivery.delivered |= attempt.success();
        if !attempt.manual && delivery.next_at.is_some() {
            // A 4xx rejects the event; every other failure may be temporary.
            let is_rejected = attempt.status.is_some_and(|s| (400..500).contains(&s));
            let delay = RETRY_DELAYS
                .get(attempt.number.saturating_sub(1))
                .filter(|_| !attempt.success() && !is_rejected);
            delivery.next_at = delay.map(|d| now.saturating_add(*d));
        }
        delivery.attempts.push(attempt);
        self.journal.put(RecordKind::Delivery, seq, delivery);
    }

    /// Cancels the queued deliveries of an endpoint.
    pub(super) fn cancel(&mut self, webhook_id: Uuid) {
        for delivery in self.deliveries.values_mut().filter(|d| d.webhook_id == webhook_id) {
            delivery.next_at = None;
            self.journal.put(RecordKind::Delivery, delivery.seq, delivery);
        }
    }

    /// Deliveries, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.values().rev()
    }

    /// Attempts of one environment, newest first.
    pub(crate) fn attempts(
        &self,
        of: Environment,
    ) -> impl Iterator<Item = (&Delivery, &DeliveryAttempt)> {
        self.newest_first()
            .filter(move |d| d.environment == of)
            .flat_map(|d| d.attempts.iter().rev().map(move |t| (d, t)))
    }

    /// The last attempt for an endpoint.
    pub(crate) fn last_attempt(&self, webhook_id: Uuid) -> Option<&DeliveryAttempt> {
        let of_endpoint = self.newest_first().filter(|d| d.webhook_id == webhook_id);
        of_endpoint.flat_map(|d| d.attempts.last()).next()
    }
}
