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
use shop::Shop;

/// 2026-01-01, in milliseconds.
const START: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

#[test]
fn every_payment_is_handed_over_once() {
    let shops = std::env::var("LOMI_SHOPS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let (mut events, mut by_webhook, mut runs) = (0, 0, 0);
    for seed in 0..shops {
        let mut random = Random(seed);
        let mut server = Server::new(&mut random);
        let mut shop = Shop::new(&mut random);
        let end = START + (2 + random.below(30) as i64) * 60 * MINUTE;
        let mut now = START;
        while now < end {
            now += random.below(20 * MINUTE as u64) as i64;
            server.live_until(now, &mut random);
            shop.receive(&mut server, now, &mut random);
            if random.one_in(2) {
                runs += 1;
                shop.reconcile(&mut server, now, Some(&mut random));
            }
        }
        // What has ended by then is found by a last run.
        server.end_all(now, &mut random);
        let last = now + 30 * MINUTE;
        shop.receive(&mut server, last, &mut random);
        shop.reconcile(&mut server, last, None);
        for object in server.ended() {
            let times = shop.effects.get(&object).copied().unwrap_or(0);
            assert_eq!(times, 1, "seed {seed}: {object:?} was handed over {times} times");
        }
        assert_eq!(shop.effects.len(), server.ended().count(), "seed {seed}");
        events += shop.effects.len();
        by_webhook += shop.by_webhook;
        assert!(shop.longest_cursor < 2048, "{}", shop.longest_cursor);
    }
    eprintln!("{shops} shops, {runs} runs: {events} events, {by_webhook} of them by webhook");
    assert!(by_webhook > 0 && by_webhook < events);
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
        let mut server = Server::with_paid(25_000, dialect, &mut random);
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
        assert_eq!(count, 25_000, "dialect {dialect}");
        let pages = server.requests;
        assert!(pages < 1200, "dialect {dialect}: {pages} requests for 250 pages");
        eprintln!("dialect {dialect}: {pages} requests");
    }
}
