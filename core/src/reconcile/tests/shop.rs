//! A shop: it handles an event and marks it in one transaction, then stores the cursor.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::random::Random;
use super::server::{Server, outage};
use super::{MINUTE, ReconcileStep, Reconciliation, START};
use crate::json::Value;
use crate::reconcile::cursor::{Cursor, OVERLAP};
use crate::webhook::replay_key_of_json;

/// The time of a machine whose clock differs.
pub(super) fn machine_time(now: i64, skew: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis((now + skew) as u64)
}

pub(super) struct Shop {
    cursor: String,
    /// The guard.
    seen: HashSet<String>,
    /// How often each (object, event) had its effect.
    pub(super) effects: HashMap<(String, &'static str), u32>,
    pub(super) by_webhook: usize,
    pub(super) longest_cursor: usize,
    skew: i64,
    without: Option<Without>,
}

/// A rule that a shop lacks, to show that the simulation notices it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Without {
    /// Repeated events are handled again.
    Guard,
    /// A run starts where the last one has ended.
    Overlap,
}

/// The cursor of a core in which the windows of two runs do not overlap.
fn without_overlap(cursor: &str) -> String {
    let mut all: Value = cursor.parse().unwrap();
    let since = all["since"].as_i64().unwrap();
    let later = |from: &Value| Value::from(from.as_i64().unwrap().max(since) + OVERLAP);
    let from: Vec<Value> = all["from"].as_array().unwrap().iter().map(later).collect();
    let members = all.as_object_mut().unwrap();
    members.insert("since".to_owned(), (since + OVERLAP).into());
    members.insert("from".to_owned(), from.into());
    all.to_string()
}

const IDS: [&str; 5] =
    ["refund_id", "payout_id", "subscription_id", "checkout_session_id", "transaction_id"];

impl Shop {
    pub(super) fn new(random: &mut Random, without: Option<Without>) -> Self {
        Self {
            cursor: format!("{}T00:00:00Z", crate::timestamp::day(START)),
            seen: HashSet::new(),
            effects: HashMap::new(),
            by_webhook: 0,
            longest_cursor: 0,
            skew: random.below(4 * MINUTE as u64) as i64 - 2 * MINUTE,
            without,
        }
    }

    /// Handles an event once.
    fn handle(&mut self, event: &str) -> bool {
        let key = replay_key_of_json(event).unwrap();
        let event: Value = event.parse().unwrap();
        if event.get("source").is_some() {
            // The id has the digits of the key that was computed from the row.
            assert_eq!(event["id"], format!("reconcile_{}", Cursor::digits(&key)));
        }
        if !self.seen.insert(key) && self.without != Some(Without::Guard) {
            return false;
        }
        let id = IDS.iter().find_map(|name| event["data"].get(name)?.as_str()).unwrap();
        let name = event["event"].as_str().unwrap();
        let names = [
            "PAYMENT_SUCCEEDED",
            "PAYMENT_FAILED",
            "CHECKOUT_SESSION_COMPLETED",
            "CHECKOUT_SESSION_EXPIRED",
            "REFUND_COMPLETED",
            "REFUND_FAILED",
            "PAYOUT_COMPLETED",
            "PAYOUT_FAILED",
            "SUBSCRIPTION_CREATED",
        ];
        let name = names.into_iter().find(|other| *other == name).unwrap();
        *self.effects.entry((id.to_owned(), name)).or_default() += 1;
        true
    }

    /// Takes the webhooks that have arrived.
    pub(super) fn receive(&mut self, server: &mut Server, now: i64) {
        let arrived: Vec<_> = server.webhooks.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, event) in arrived {
            self.by_webhook += usize::from(self.handle(&event));
        }
    }

    /// Reconciles. With `faults`, calls are refused and the program crashes at any moment.
    pub(super) fn reconcile(
        &mut self,
        server: &mut Server,
        now: i64,
        mut faults: Option<&mut Random>,
    ) {
        let mut fails = |n: u64| faults.as_mut().is_some_and(|random| random.one_in(n));
        let mut run = Reconciliation::new(&self.cursor).unwrap();
        loop {
            match run.step().unwrap() {
                ReconcileStep::Done(cursor) if self.without == Some(Without::Overlap) => {
                    return self.store(without_overlap(&cursor));
                }
                ReconcileStep::Done(cursor) => {
                    self.store(cursor);
                    return;
                }
                ReconcileStep::Call(call) => {
                    let result = if fails(15) { outage() } else { server.answer(&call, now) };
                    let taken = run.take(result, machine_time(now, self.skew));
                    if taken.is_err() && fails(3) {
                        return;
                    }
                }
                ReconcileStep::Event(found) => {
                    // A crash before the transaction, or before the cursor is stored.
                    if fails(20) {
                        return;
                    }
                    self.handle(&found.event.json().unwrap().to_string());
                    if fails(20) {
                        return;
                    }
                    self.store(found.cursor);
                }
            }
        }
    }

    fn store(&mut self, cursor: String) {
        self.longest_cursor = self.longest_cursor.max(cursor.len());
        self.cursor = cursor;
    }
}
