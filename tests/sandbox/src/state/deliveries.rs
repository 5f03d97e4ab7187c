//! Deliveries: what is waiting, and every try that was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::app::App;
use crate::state::clock::{Millis, iso};
use crate::state::journal::{Journal, Kind, Saved};
use crate::state::sessions::Environment;
use crate::webhooks::Endpoint;

/// Waits before the second, third, fourth and fifth try.
const WAITS: [Millis; 4] = [5_000, 10_000, 20_000, 40_000];
/// Most deliveries that are kept; the oldest finished ones go first.
const KEPT: usize = 5_000;

/// An event on its way to an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// Place in the order of events.
    pub(crate) seq: u64,
    /// The endpoint.
    pub(crate) webhook_id: Uuid,
    /// Its environment.
    pub(crate) environment: Environment,
    /// Where it goes.
    pub(crate) url: String,
    /// Signs it.
    pub(crate) secret: String,
    /// Name of the event.
    pub(crate) event: String,
    /// `id` of the envelope: the same for every try.
    pub(crate) event_id: Uuid,
    /// `data` of the envelope.
    pub(crate) data: Value,
    /// Tries so far.
    pub(crate) tries: Vec<Try>,
    /// When to try next; None when it has ended.
    pub(crate) next_at: Option<Millis>,
    /// Has a try been accepted?
    pub(crate) delivered: bool,
}

/// One try.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Try {
    /// `log_id`.
    pub(crate) log_id: Uuid,
    /// 1 for the first.
    pub(crate) number: usize,
    /// When it was made.
    pub(crate) at: Millis,
    /// The body that was sent, byte for byte.
    pub(crate) payload: String,
    /// Its signature.
    pub(crate) signature: String,
    /// Status of the answer; None when there was none.
    pub(crate) status: Option<u16>,
    /// Beginning of the answer's body, or what went wrong.
    pub(crate) body: String,
    /// How long it took.
    pub(crate) milliseconds: u64,
    /// Was it a redelivery that somebody asked for?
    pub(crate) manual: bool,
}

impl Try {
    /// Was it accepted?
    pub(crate) fn success(&self) -> bool {
        self.status.is_some_and(|s| (200..300).contains(&s))
    }

    /// The row as the API shows it.
    pub(crate) fn row(&self, delivery: &Delivery, app: &App) -> Value {
        json!({
            "log_id": self.log_id,
            "webhook_id": delivery.webhook_id,
            "organization_id": app.identity.organization_id,
            "event_type": delivery.event,
            "payload": serde_json::from_str::<Value>(&self.payload).unwrap_or(Value::Null),
            "response_status": self.status,
            "response_body": self.body,
            "attempt_number": self.number,
            "success": self.success(),
            "headers": {"X-Lomi-Signature": self.signature, "X-Lomi-Event": delivery.event},
            "user_agent": crate::webhooks::USER_AGENT,
            "ip_address": "127.0.0.1",
            "request_duration_ms": self.milliseconds,
            "next_attempt_at": delivery.next_at.map(iso),
            "created_at": iso(self.at),
        })
    }
}

/// All deliveries.
#[derive(Debug, Default)]
pub(crate) struct Log {
    deliveries: BTreeMap<u64, Delivery>,
    last_seq: u64,
    journal: Journal,
}

impl Log {
    /// The deliveries of a data file.
    pub(crate) fn restored(journal: &Journal, saved: &Saved, now: Millis) -> Self {
        let mut log = Self::default();
        for (_, mut delivery) in saved.of::<Delivery>(Kind::Delivery) {
            delivery.next_at = delivery.next_at.map(|at| if at == Millis::MAX { now } else { at });
            log.put(delivery);
        }
        log.journal = journal.clone();
        log
    }

    /// Adds an event for an endpoint. It is tried at once, or by the caller when `next_at` is None.
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
            tries: Vec::new(),
            next_at,
            delivered: false,
        };
        self.put(delivery.clone());
        delivery
    }

    /// Adds or replaces a delivery.
    pub(crate) fn put(&mut self, delivery: Delivery) {
        self.last_seq = self.last_seq.max(delivery.seq);
        self.journal.put(Kind::Delivery, delivery.seq, &delivery);
        self.deliveries.insert(delivery.seq, delivery);
        while self.deliveries.len() > KEPT {
            let oldest = self.deliveries.values().find(|d| d.next_at.is_none()).map(|d| d.seq);
            // Nothing has ended: what waits is not thrown away.
            let Some(oldest) = oldest else { break };
            self.journal.delete(Kind::Delivery, oldest);
            self.deliveries.remove(&oldest);
        }
    }

    /// A delivery by its place.
    pub(crate) fn get(&self, seq: u64) -> Option<&Delivery> {
        self.deliveries.get(&seq)
    }

    /// Takes the deliveries whose time has come; they do not come again until they are recorded.
    pub(crate) fn take_due(&mut self, now: Millis) -> Vec<Delivery> {
        let due = |d: &&mut Delivery| d.next_at.is_some_and(|at| at <= now);
        self.deliveries
            .values_mut()
            .filter(due)
            .map(|d| {
                // Far off rather than none: it has not ended, it is on its way.
                d.next_at = Some(Millis::MAX);
                d.clone()
            })
            .collect()
    }

    /// When the next try is due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.deliveries.values().filter_map(|d| d.next_at).min()
    }

    /// Writes a try down and decides whether there is another.
    pub(crate) fn record(&mut self, seq: u64, made: Try, now: Millis) {
        let Some(delivery) = self.deliveries.get_mut(&seq) else {
            return;
        };
        delivery.delivered |= made.success();
        if !made.manual && delivery.next_at.is_some() {
            // A 4xx says that the event is not wanted; everything else may be a passing trouble.
            let refused = made.status.is_some_and(|s| (400..500).contains(&s));
            let wait =
                WAITS.get(made.number.saturating_sub(1)).filter(|_| !made.success() && !refused);
            delivery.next_at = wait.map(|w| now.saturating_add(*w));
        }
        delivery.tries.push(made);
        self.journal.put(Kind::Delivery, seq, delivery);
    }

    /// Gives up on what waits for an endpoint that is gone.
    pub(crate) fn forget(&mut self, webhook_id: Uuid) {
        for delivery in self.deliveries.values_mut().filter(|d| d.webhook_id == webhook_id) {
            delivery.next_at = None;
            self.journal.put(Kind::Delivery, delivery.seq, delivery);
        }
    }

    /// Deliveries, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.values().rev()
    }

    /// Tries of one environment, newest first.
    pub(crate) fn tries(&self, of: Environment) -> impl Iterator<Item = (&Delivery, &Try)> {
        self.newest_first()
            .filter(move |d| d.environment == of)
            .flat_map(|d| d.tries.iter().rev().map(move |t| (d, t)))
    }

    /// The last try of an endpoint.
    pub(crate) fn last_try(&self, webhook_id: Uuid) -> Option<&Try> {
        let of_endpoint = self.newest_first().filter(|d| d.webhook_id == webhook_id);
        of_endpoint.flat_map(|d| d.tries.last()).next()
    }
}
