//! Finding out the outcome of a call whose response was lost: for each operation that may move
//! money, against a server in memory with other rows, doubtful rows, another clock and lists of any
//! order.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod cases;
mod server;

use std::time::{Duration, Instant, SystemTime};

use lomi::binding::{
    Call, ConfigBuilder, FindStep, HostState, OutcomeSearch, Step, Target, TransportError, table,
};
use lomi::{
    CallOptions, Error, ErrorKind, FindOptions, FoundOutcome, Input, Map, Outcome, UnknownCall,
    Value,
};
use time::OffsetDateTime;

use cases::{Case, cases};
use server::Server;

/// How many runs each operation has.
const SEEDS: u64 = 500;

/// A generator of random numbers (SplitMix64): a failure is repeated by its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

fn iso(milliseconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
    let at = at.unwrap();
    let (date, time) = (at.date(), at.time());
    format!(
        "{date}T{:02}:{:02}:{:02}.{:03}Z",
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

fn config() -> std::sync::Arc<lomi::binding::Config> {
    let builder = ConfigBuilder {
        key_optional: true,
        base_url: Some("http://127.0.0.1:1".into()),
        ..ConfigBuilder::default()
    };
    builder.build().unwrap()
}

/// Makes a call whose response is lost.
fn lose(case: &Case, host: HostState) -> Error {
    let operation = table::operation(case.operation).unwrap();
    let mut input = Input { body: case.body.clone(), ..Input::default() };
    for (name, value) in case.path {
        input = input.with_path(name, *value);
    }
    let target = Target::Operation(operation);
    let now = Instant::now();
    let mut call = Call::new(&config(), target, input, CallOptions::new(), host, now).unwrap();
    loop {
        match call.step(now) {
            Step::Done(result) => return result.unwrap_err(),
            Step::Wait(_) => {}
            Step::Send(..) => {
                let lost =
                    TransportError::new(ErrorKind::Connection, Outcome::Unknown, "no response");
                call.complete_attempt(Err(lost), now, || 0.5);
            }
        }
    }
}

/// Drives a search against the server.
fn find(call: UnknownCall, options: FindOptions, server: &Server) -> Result<FoundOutcome, Error> {
    let later = Duration::from_millis(server.later as u64);
    let mut search = OutcomeSearch::new(call, options, SystemTime::now() + later);
    loop {
        let (target, input, options) = match search.step() {
            FindStep::Done(found) => return Ok(found),
            FindStep::Call(call) => *call,
        };
        let now = Instant::now();
        let mut call =
            Call::new(&config(), target, input, options, HostState::default(), now).unwrap();
        let result = loop {
            match call.step(now) {
                Step::Done(result) => break result.map(|response| *response),
                Step::Wait(_) => {}
                Step::Send(request, _) => {
                    assert_eq!(request.method, http::Method::GET, "nothing is written");
                    let answer =
                        server.answer(request.url.trim_start_matches("http://127.0.0.1:1"));
                    call.complete_attempt(Ok(answer), now, || 0.5);
                }
            }
        };
        search.take(result, SystemTime::now() + later)?;
    }
}

/// The counts of done, not done and ambiguous.
fn run(case: &Case, seed: u64, counts: &mut [u32; 3]) {
    let mut random = Random(seed);
    let id = |n: u64| format!("row_{n}");
    let operation = table::operation(case.operation).unwrap();
    let id_field = match operation.returns {
        table::Returns::One(model) => model.id.unwrap_or("id"),
        _ => "id",
    };
    let id_field = match case.operation {
        name if name.ends_with("_charge") => "transaction_id",
        "delete_refund" => "refund_id",
        "delete_payout" => "payout_id",
        _ => id_field,
    };
    let mut server = Server {
        rows: Vec::new(),
        object: None,
        skew: random.below(1_440_000) as i64 - 720_000,
        sends_date: !random.one_in(4),
        newest_first: !random.one_in(3),
        page: 4 + random.below(30) as usize,
        envelope: random.below(3),
        later: 0,
    };
    if server.envelope == 2 {
        // A bare list does not say whether there is more: its pages are as long as asked for.
        server.page = 100;
    }
    // What these servers show is the same for all rows.
    let hidden: Vec<_> = case.hidden.iter().filter(|_| random.one_in(3)).collect();
    let show = |mut row: Map<String, Value>, random: &mut Random| {
        row.retain(|name, _| !hidden.iter().any(|hidden| **hidden == name));
        for value in row.values_mut() {
            if let (Some(number), true) = (value.as_i64(), random.one_in(2)) {
                *value = Value::from(format!("{number}.00"));
            }
        }
        row
    };
    let host = HostState {
        clock_offset: (!random.one_in(2)).then_some(server.skew),
        ..HostState::default()
    };
    let began = server.now();
    let error = lose(case, host);
    assert!(error.is_outcome_unknown(), "{}: {error}", case.operation);
    let mut call = error.unknown_call().unwrap().clone();
    if random.one_in(3) {
        call = UnknownCall::from_json(&call.to_json()).unwrap();
    }
    // The work is done before the response is lost, later, or not at all.
    let works = random.one_in(2);
    let delay =
        if random.one_in(3) { random.below(100_000) as i64 } else { random.below(900) as i64 };
    server.later = if random.one_in(2) { 0 } else { random.below(500_000) as i64 };
    let is_done = works && delay <= server.later.max(900);
    let mut known = Vec::new();
    if let Some(before) = &case.before {
        let fields = if is_done { &case.object } else { before };
        let mut object = fields.as_object().unwrap().clone();
        let changed = if is_done { began + delay } else { began - random.below(7_200_000) as i64 };
        object.insert(id_field.to_owned(), "one".into());
        object.insert("updated_at".to_owned(), iso(changed).into());
        server.object = (!(is_done && case.deletes)).then(|| show(object, &mut random));
    } else {
        let mut rows = Vec::new();
        for n in 0..random.below(40) {
            let mut row = case.object.as_object().unwrap().clone();
            // Equal calls long before, others at the same time, and known equal ones.
            let at = match random.below(4) {
                0 => began - 200_000 - random.below(40 * 86_400_000) as i64,
                1 => {
                    known.push(id(n));
                    began - 3000 + random.below(6000) as i64
                }
                _ => {
                    row.insert(
                        case.amount.to_owned(),
                        match row.get(case.amount) {
                            Some(Value::Number(_)) | None => Value::from(11 + n as i64),
                            _ => Value::from(format!("other_{n}")),
                        },
                    );
                    // A row without the field that tells them apart is of no known call.
                    if hidden.iter().any(|hidden| **hidden == case.amount) {
                        known.push(id(n));
                    }
                    began - random.below(100_000) as i64
                }
            };
            row.insert(id_field.to_owned(), id(n).into());
            rows.push((at, row));
        }
        if is_done {
            let mut row = case.object.as_object().unwrap().clone();
            row.insert(id_field.to_owned(), "ours".into());
            rows.push((began + delay, row));
        }
        rows.sort_by_key(|(at, _)| *at);
        for (at, mut row) in rows {
            row.insert("created_at".to_owned(), iso(at).into());
            server.rows.push(show(row, &mut random));
        }
    }
    let found = find(call, FindOptions::new().known_ids(known), &server).unwrap();
    let what = format!("{} seed {seed}", case.operation);
    match found {
        FoundOutcome::Done(object) => {
            counts[0] += 1;
            assert!(is_done, "{what}: done, but it was not");
            if case.before.is_none() {
                let shown = object.json().unwrap();
                assert_eq!(shown.get(id_field).and_then(Value::as_str), Some("ours"), "{what}");
            }
        }
        FoundOutcome::NotDone => {
            counts[1] += 1;
            assert!(!is_done, "{what}: not done, but it was");
            assert!(!works, "{what}: not done, but the server did it later");
        }
        _ => counts[2] += 1,
    }
}

#[test]
fn done_and_not_done_are_never_wrong() {
    for case in cases() {
        let mut counts = [0; 3];
        for seed in 0..SEEDS {
            run(&case, seed, &mut counts);
        }
        let [done, not_done, ambiguous] = counts;
        eprintln!(
            "{:30} done {done:3}, not done {not_done:3}, ambiguous {ambiguous:3}",
            case.operation
        );
        let knows = table::operation(case.operation).unwrap().find.is_some();
        assert_eq!(done + not_done > 0, knows && case.operation != "increment_card_charge");
    }
}

#[test]
fn every_operation_that_may_move_money_is_played() {
    let played: Vec<_> = cases().iter().map(|case| case.operation).collect();
    let money = table::OPERATIONS.iter().filter(|operation| {
        use table::Idempotency::{Confirmed, Newest};
        matches!(operation.idempotency, Confirmed | Newest) || played.contains(&operation.id)
    });
    for operation in money.filter(|operation| operation.id != "delete_account") {
        assert!(played.contains(&operation.id), "{}", operation.id);
    }
}

#[test]
fn numbers_of_a_card_are_not_kept() {
    let cases = cases();
    let switch = cases.iter().find(|case| case.operation == "create_switch_charge").unwrap();
    let error = lose(switch, HostState { newest: true, ..HostState::default() });
    let kept = error.unknown_call().unwrap().to_json();
    assert!(!kept.contains("4111") && !kept.contains("cvv"), "{kept}");
}
