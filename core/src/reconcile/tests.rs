//! Shops in virtual time: their webhooks are lost, repeated and disordered, they crash between
//! handling an event and storing the cursor, clocks differ by two minutes, rows come late, and the
//! server refuses calls. Every object that has ended is handed over exactly once.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod random;
mod server;
mod shop;

use super::{ReconcileStep, Reconciliation};
use crate::error::ErrorKind;
use random::Random;
use server::Server;
use shop::{Shop, Without};

/// 2026-01-01, in milliseconds.
const START: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

#[test]
fn every_payment_is_handed_over_once() {
    const SHOPS: u64 = 10_000;
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let counts = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                scope.spawn(move || {
                    (part..SHOPS).step_by(threads as usize).map(shop_of).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    let sum = |of: fn(&(usize, usize)) -> usize| counts.iter().map(of).sum::<usize>();
    let (events, by_webhook) = (sum(|counts| counts.0), sum(|counts| counts.1));
    eprintln!("{SHOPS} shops: {events} events, {by_webhook} of them by webhook");
    assert!(by_webhook > 0 && by_webhook < events);
}

/// Shops without one of the rules lose an event, or handle one twice.
#[test]
fn a_rule_that_goes_missing_is_noticed() {
    for without in [Without::Guard, Without::Overlap] {
        let wrong = (0..300).filter_map(|seed| live(seed, Some(without)).err()).count();
        eprintln!("{without:?}: {wrong} of 300 shops are wrong");
        assert!(wrong > 0, "{without:?} is not noticed");
    }
}

/// The life of one shop. Returns how many events it has handled, and how many by webhook.
fn shop_of(seed: u64) -> (usize, usize) {
    live(seed, None).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"))
}

fn live(seed: u64, without: Option<Without>) -> Result<(usize, usize), String> {
    let mut random = Random(seed);
    let mut server = Server::new(&mut random);
    let mut shop = Shop::new(&mut random, without);
    let end = START + (30 + random.below(150) as i64) * MINUTE;
    let mut now = START;
    while now < end {
        now += random.below(20 * MINUTE as u64) as i64;
        server.live_until(now, &mut random);
        shop.receive(&mut server, now);
        if random.one_in(2) {
            shop.reconcile(&mut server, now, Some(&mut random));
        }
    }
    // What has ended by then is found by a last run.
    server.end_all(now, &mut random);
    let last = now + 30 * MINUTE;
    shop.receive(&mut server, last);
    shop.reconcile(&mut server, last, None);
    for object in server.ended() {
        let times = shop.effects.get(&object).copied().unwrap_or(0);
        if times != 1 {
            return Err(format!("{object:?} was handed over {times} times"));
        }
    }
    assert_eq!(shop.effects.len(), server.ended().count(), "seed {seed}");
    assert!(shop.longest_cursor < 2048, "{}", shop.longest_cursor);
    Ok((shop.effects.len(), shop.by_webhook))
}

/// What the overlap finds again was handed over before.
#[test]
fn a_second_run_brings_nothing_again() {
    let mut random = Random(7);
    let mut server = Server::with_paid(60, 0, &mut random);
    let mut cursor = "2025-12-01".to_owned();
    let mut counts = Vec::new();
    for now in [START + 90 * MINUTE, START + 91 * MINUTE, START + 95 * MINUTE] {
        let mut run = Reconciliation::new(&cursor).unwrap();
        let mut count = 0;
        cursor = loop {
            match run.step().unwrap() {
                ReconcileStep::Done(cursor) => break cursor,
                ReconcileStep::Event(_) => count += 1,
                ReconcileStep::Call(call) => {
                    let result = server.answer(&call, now);
                    run.take(result, shop::machine_time(now, 0)).unwrap();
                }
            }
        };
        counts.push(count);
    }
    assert_eq!(counts, [60, 0, 0]);
}

/// A row is read with the model that its event's data has, so that both have one replay key.
#[test]
fn the_rows_of_a_list_are_the_data_of_its_events() {
    let field = crate::table::EVENT.field("data").unwrap();
    let crate::table::Kind::OneOf(union) = field.kind else { panic!("{:?}", field.kind) };
    let lists = super::merge::lists();
    let mut compared = 0;
    for (operation, rule) in lists {
        let crate::table::Returns::Page(row) = operation.returns else { panic!("{operation:?}") };
        for (_, event) in rule.events {
            assert_eq!(union.model(event).map(|model| model.name), Some(row.name), "{event}");
            compared += 1;
        }
    }
    assert!(compared > 8, "{compared}");
}

#[test]
fn a_run_starts_with_a_time_or_a_cursor() {
    for since in ["2026-01-31T00:00:00Z", "2026-01-31", "2026-01-31 00:00:00+00:00"] {
        assert!(Reconciliation::new(since).is_ok(), "{since}");
    }
    for since in ["", "yesterday", "{}", r#"{"v":2}"#, r#"{"v":1,"since":1,"from":[]}"#] {
        let error = Reconciliation::new(since).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{since}");
    }
}

/// A shop that was closed for long: many pages, in every dialect of paging, all of them once and the
/// oldest first.
#[test]
fn a_long_backlog_is_handed_over_oldest_first() {
    for dialect in 0..3 {
        let mut random = Random(dialect);
        let mut server = Server::with_paid(6_000, dialect, &mut random);
        let since = "2025-12-01T00:00:00Z";
        let mut run = Reconciliation::new(since).unwrap();
        let (mut last, mut count) = (0, 0);
        let now = START + 30 * 24 * 60 * MINUTE;
        loop {
            match run.step().unwrap() {
                ReconcileStep::Done(_) => break,
                ReconcileStep::Call(call) => {
                    let result = server.answer(&call, now);
                    run.take(result, shop::machine_time(now, 0)).unwrap();
                    if random.one_in(3) {
                        server.pay_another(now);
                    }
                }
                ReconcileStep::Event(found) => {
                    let data = found.event.json().unwrap();
                    let created = data["data"]["created_at"].as_str().unwrap();
                    let created = crate::timestamp::read(created).unwrap();
                    assert!(created >= last - super::pass::TIE, "{created} after {last}");
                    (last, count) = (created.max(last), count + 1);
                }
            }
        }
        assert_eq!(count, 6_000, "dialect {dialect}");
        let pages = server.requests;
        assert!(pages < 240, "dialect {dialect}: {pages} requests for 60 pages");
        eprintln!("dialect {dialect}: {pages} requests");
    }
}
