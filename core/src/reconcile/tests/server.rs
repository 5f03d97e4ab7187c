//! A server in memory: objects that are created and end, lists of them, and webhooks.

use std::time::{Duration, UNIX_EPOCH};

use super::random::Random;
use super::{MINUTE, START};
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::json::{Map, Value};
use crate::request::{CallOptions, Input, Target};
use crate::response::Response;
use crate::table::Returns;

/// Resource, field of the id, first state, last states with their events.
type Kind = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const KINDS: [Kind; 5] = [
    (
        "transactions",
        "transaction_id",
        "pending",
        &[("completed", "PAYMENT_SUCCEEDED"), ("failed", "PAYMENT_FAILED")],
    ),
    (
        "checkout_sessions",
        "checkout_session_id",
        "open",
        &[("completed", "CHECKOUT_SESSION_COMPLETED"), ("expired", "CHECKOUT_SESSION_EXPIRED")],
    ),
    (
        "refunds",
        "refund_id",
        "pending",
        &[("completed", "REFUND_COMPLETED"), ("failed", "REFUND_FAILED")],
    ),
    (
        "payouts",
        "payout_id",
        "processing",
        &[("completed", "PAYOUT_COMPLETED"), ("failed", "PAYOUT_FAILED")],
    ),
    ("subscriptions", "subscription_id", "pending", &[("active", "SUBSCRIPTION_CREATED")]),
];

#[derive(Clone)]
struct Object {
    kind: usize,
    id: String,
    created: i64,
    /// When a list shows its state, and since when.
    visible: i64,
    ended: Option<(i64, usize)>,
}

pub(super) struct Server {
    objects: Vec<Object>,
    /// The objects that end later, with the time and the state.
    ending: Vec<(i64, usize, usize)>,
    /// (when it arrives, the event).
    pub(super) webhooks: Vec<(i64, String)>,
    /// One webhook in so many is lost; 0: none.
    lost_per_ten: u64,
    shows_changes: bool,
    page: usize,
    dialect: u64,
    now: i64,
    pub(super) requests: u32,
}

fn iso(milliseconds: i64) -> String {
    let second = milliseconds.rem_euclid(86_400_000) / 1000;
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let rest = milliseconds.rem_euclid(1000);
    format!(
        "{}T{hour:02}:{minute:02}:{:02}.{rest:03}Z",
        crate::timestamp::day(milliseconds),
        second % 60
    )
}

impl Server {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            objects: Vec::new(),
            ending: Vec::new(),
            webhooks: Vec::new(),
            lost_per_ten: random.below(11),
            shows_changes: true,
            page: 4 + random.below(12) as usize,
            dialect: random.below(3),
            now: START,
            requests: 0,
        }
    }

    /// A server with payments of the last weeks.
    pub(super) fn with_paid(count: usize, dialect: u64, random: &mut Random) -> Self {
        let mut server = Self { page: 100, dialect, lost_per_ten: 10, ..Self::new(random) };
        for n in 0..count {
            let created = START + n as i64 * 90_000 - random.below(90_000) as i64;
            let (id, visible) = (format!("t_{n}"), created);
            server.objects.push(Object {
                kind: 0,
                id,
                created,
                visible,
                ended: Some((created, 0)),
            });
        }
        server.objects.sort_by_key(|object| object.created);
        server
    }

    /// Another payment, after the run has begun.
    pub(super) fn pay_another(&mut self, now: i64) {
        let id = format!("new_{}", self.objects.len());
        let created = now + 1000 + self.requests as i64;
        let ended = Some((created, 0));
        self.objects.push(Object { kind: 0, id, created, visible: created, ended });
    }

    /// Creates objects, and ends some.
    pub(super) fn live_until(&mut self, now: i64, random: &mut Random) {
        for _ in 0..random.below(4) {
            let kind = random.below(KINDS.len() as u64) as usize;
            let created = self.now + random.below((now - self.now).max(1) as u64) as i64;
            let longest = [1, 5, 600][random.below(3) as usize] * MINUTE as u64;
            let ends = created + random.below(longest) as i64;
            let at = self.objects.len();
            let states = KINDS[kind].3.len() as u64;
            self.ending.push((ends, at, random.below(states) as usize));
            // Some rows come late.
            let visible =
                created + if random.one_in(4) { random.below(4 * MINUTE as u64) as i64 } else { 0 };
            let id = format!("{}_{at}", KINDS[kind].0);
            self.objects.push(Object { kind, id, created, visible, ended: None });
        }
        let due: Vec<_> = self.ending.extract_if(.., |(at, ..)| *at <= now).collect();
        for (at, object, state) in due {
            self.end(at, object, state, random);
        }
        self.now = now;
    }

    pub(super) fn end_all(&mut self, now: i64, random: &mut Random) {
        for (_, object, state) in std::mem::take(&mut self.ending) {
            self.end(now, object, state, random);
        }
    }

    fn end(&mut self, at: i64, object: usize, state: usize, random: &mut Random) {
        let late = if random.one_in(4) { random.below(4 * MINUTE as u64) as i64 } else { 0 };
        let object = &mut self.objects[object];
        object.ended = Some((at, state));
        object.visible = object.visible.max(at + late);
        let object = object.clone();
        if random.below(10) < self.lost_per_ten {
            return;
        }
        // Several attempts, in any order.
        for attempt in 0..1 + random.below(3) {
            let arrives = at + random.below(75_000) as i64;
            self.webhooks.push((arrives, event(&object, attempt)));
        }
    }

    /// The name of the event of each object that has ended.
    pub(super) fn ended(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.objects.iter().filter_map(|object| {
            let (_, state) = object.ended?;
            Some((object.id.clone(), KINDS[object.kind].3[state].1))
        })
    }

    /// Answers the call of a list.
    pub(super) fn answer(
        &mut self,
        call: &(Target, Input, CallOptions),
        now: i64,
    ) -> Result<Response, Error> {
        self.requests += 1;
        let Target::Operation(operation) = &call.0 else { panic!() };
        let Some(kind) = KINDS.iter().position(|kind| kind.0 == operation.resource) else {
            panic!()
        };
        let number =
            |name: &str| call.1.query.get(name).and_then(Value::as_u64).map(|n| n as usize);
        let word = |name: &str| call.1.query.get(name).and_then(Value::as_str);
        let first = word("startDate").and_then(crate::timestamp::read_day).unwrap_or(i64::MIN);
        let cursor = word("cursor")
            .and_then(|text| text.split_once(' ').map(|(at, id)| (at.parse::<i64>().unwrap(), id)));
        // A row that is not visible yet is shown as it was, or not at all.
        let mut rows: Vec<&Object> = self
            .objects
            .iter()
            .filter(|object| {
                object.kind == kind
                    && object.created >= first
                    && object.created <= self.now.max(now)
            })
            .collect();
        rows.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        let total = rows.len();
        let from = cursor.map_or(number("offset").unwrap_or(0), |(at, id)| {
            rows.partition_point(|object| (object.created, object.id.as_str()) >= (at, id))
        });
        let page: Vec<&Object> = rows.into_iter().skip(from).take(self.page).collect();
        let next = from + page.len();
        let rows: Vec<Value> =
            page.iter().map(|object| row(object, now, self.shows_changes)).collect();
        let oldest = page.last().map(|object| format!("{} {}", object.created, object.id));
        let body = match self.dialect {
            0 => {
                json!({"data": rows, "pagination": {"limit": self.page as u64, "offset": from as u64, "total": total as u64}})
            }
            1 => {
                json!({"data": rows, "has_more": next < total, "next_cursor": oldest.filter(|_| next < total).map_or(Value::Null, Value::from)})
            }
            _ => json!({"data": rows, "has_more": next < total, "offset": from as u64}),
        };
        let Returns::Page(model) = operation.returns else { panic!() };
        let mut response = Response::of_page(&body.to_string(), model).unwrap();
        let date = UNIX_EPOCH + Duration::from_millis(now as u64);
        response.headers.insert("date", httpdate::fmt_http_date(date).parse().unwrap());
        Ok(response)
    }
}

/// A refusal: too many requests, or no server.
pub(super) fn outage() -> Result<Response, Error> {
    Err(Error::new(ErrorKind::RateLimit, "later"))
}

fn row(object: &Object, now: i64, shows_changes: bool) -> Value {
    let kind = KINDS[object.kind];
    let ended = object.ended.filter(|(at, _)| *at <= now && object.visible <= now);
    let status = ended.map_or(kind.2, |(_, state)| kind.3[state].0);
    let mut row: Map<String, Value> = Map::new();
    row.insert(kind.1.to_owned(), object.id.as_str().into());
    row.insert("status".to_owned(), status.into());
    row.insert("created_at".to_owned(), iso(object.created).into());
    if shows_changes {
        let changed = ended.map_or(object.created, |(at, _)| at);
        row.insert("updated_at".to_owned(), iso(changed).into());
    }
    row.into()
}

/// The webhook of an object that has ended. Live payments get a new id on each attempt.
fn event(object: &Object, attempt: u64) -> String {
    let (at, state) = object.ended.unwrap();
    let name = KINDS[object.kind].3[state].1;
    let id = match name.starts_with("PAYMENT_") {
        true => format!("{}_{attempt}", object.id),
        false => format!("evt_{}", object.id),
    };
    let data = row(&Object { visible: at, ..object.clone() }, at, true);
    json!({"id": id, "event": name, "timestamp": iso(at), "data": data}).to_string()
}
