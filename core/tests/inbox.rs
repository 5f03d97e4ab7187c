//! The inbox over a real SQLite: each event has its effect once, together with its mark.

#![cfg(feature = "inbox-rusqlite")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::error::Error;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use lomi::inbox::{Inbox, RusqliteStore};
use lomi::models::{Event, EventData};
use lomi::{CallOptions, Client, ErrorKind, Input, json};
use lomi_sandbox::{Options, Sandbox};
use rusqlite::{Connection, Transaction};

type Failure = Box<dyn Error + Send + Sync>;

/// A shop with a balance, and its inbox.
struct Shop {
    folder: tempfile::TempDir,
    inbox: Inbox<RusqliteStore>,
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    Connection::open(file)
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.sqlite3");
        let tables = "PRAGMA journal_mode = WAL; CREATE TABLE payments (id TEXT, amount INTEGER)";
        open(&file).unwrap().execute_batch(tables).unwrap();
        let inbox = Inbox::new(RusqliteStore::new(move || open(&file)));
        inbox.create_table().unwrap();
        inbox.create_table().unwrap(); // does nothing
        Self { folder, inbox }
    }

    fn database(&self) -> Connection {
        open(&self.folder.path().join("shop.sqlite3")).unwrap()
    }

    /// The payments, and how many events are marked as handled.
    fn written(&self) -> (Vec<String>, i64) {
        let database = self.database();
        let mut payments = database.prepare("SELECT id FROM payments ORDER BY id").unwrap();
        let ids = payments.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let marks = "SELECT count(*) FROM lomi_inbox WHERE event_name <> 'cursor'";
        (ids, database.query_row(marks, [], |row| row.get(0)).unwrap())
    }
}

fn event(transaction: &str) -> Event {
    let body = json!({"id": format!("e{transaction}"), "event": "PAYMENT_SUCCEEDED",
        "data": {"transaction_id": transaction, "status": "completed", "gross_amount": 500}});
    let body = body.to_string();
    let signature = lomi::webhook::sign(body.as_bytes(), "whsec_test").unwrap();
    let secrets = &["whsec_test"];
    lomi::webhook::construct_event(body.as_bytes(), &signature, secrets, Default::default())
        .unwrap()
}

fn write(event: &Event, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
    if let Some(EventData::Transaction(payment)) = &event.data {
        transaction.execute("INSERT INTO payments VALUES (?, 500)", [&payment.transaction_id])?;
    }
    Ok(())
}

#[test]
fn a_repeated_event_is_not_handed_over() {
    let shop = Shop::new();
    assert!(shop.inbox.handle(&event("t1"), write).unwrap());
    assert!(!shop.inbox.handle(&event("t1"), write).unwrap());
    assert!(shop.inbox.handle(&event("t2"), write).unwrap());
    assert_eq!(shop.written(), (vec!["t1".into(), "t2".into()], 2));
    let row = "SELECT event_key, event_name, detail FROM lomi_inbox WHERE rowid = 1";
    let row: (String, String, String) = shop
        .database()
        .query_row(row, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    let key = lomi::webhook::replay_key(&event("t1")).unwrap();
    assert_eq!(row, (key, "PAYMENT_SUCCEEDED".into(), "webhook".into()));
}

#[test]
fn an_error_or_a_panic_of_the_handler_rolls_both_back() {
    let shop = Shop::new();
    let fails = |event: &Event, transaction: &mut Transaction<'_>| -> Result<(), Failure> {
        write(event, transaction)?;
        // The drop would commit; the store must not depend on it.
        transaction.set_drop_behavior(rusqlite::DropBehavior::Commit);
        Err("out of stock".into())
    };
    let error = shop.inbox.handle(&event("t1"), fails).unwrap_err();
    assert_eq!(error.to_string(), "out of stock");
    assert_eq!(shop.written(), (vec![], 0));
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        shop.inbox.handle(&event("t1"), |event, transaction| -> Result<(), Failure> {
            write(event, transaction)?;
            panic!("as intended");
        })
    }));
    assert!(panics.is_err());
    assert_eq!(shop.written(), (vec![], 0));
    assert!(shop.inbox.handle(&event("t1"), write).unwrap());
    assert_eq!(shop.written(), (vec!["t1".into()], 1));
}

#[test]
fn a_handler_that_ends_the_transaction_is_told() {
    for ending in ["COMMIT", "ROLLBACK", "COMMIT; BEGIN", "ROLLBACK; BEGIN"] {
        let shop = Shop::new();
        let ends = |event: &Event, transaction: &mut Transaction<'_>| -> Result<(), Failure> {
            transaction.execute_batch(ending)?;
            write(event, transaction)
        };
        let error = shop.inbox.handle(&event("t1"), ends).unwrap_err();
        let error = error.downcast::<lomi::Error>().unwrap();
        assert_eq!(error.kind(), ErrorKind::InboxRolledBack, "{ending}: {error}");
    }
}

#[test]
fn many_threads_with_the_same_events() {
    let shop = Shop::new();
    let events: Vec<_> = (0..40).map(|number| event(&format!("t{number:02}"))).collect();
    let start = Barrier::new(4);
    let handed_over: Vec<usize> = thread::scope(|scope| {
        let threads = [(); 4].map(|()| {
            scope.spawn(|| {
                start.wait();
                let handled =
                    events.iter().filter(|event| shop.inbox.handle(event, write).unwrap());
                handled.count()
            })
        });
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(handed_over.iter().sum::<usize>(), 40, "{handed_over:?}");
    let ids = (0..40).map(|number| format!("t{number:02}")).collect();
    assert_eq!(shop.written(), (ids, 40));
}

/// The second thread comes while the handler of the first one works: it waits, and then knows.
#[test]
fn two_threads_at_once_wait_for_each_other() {
    for first_fails in [false, true] {
        let shop = Shop::new();
        let works = Barrier::new(2);
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                shop.inbox.handle(&event("t1"), |event, transaction| -> Result<(), Failure> {
                    works.wait();
                    write(event, transaction)?;
                    thread::sleep(std::time::Duration::from_millis(100));
                    if first_fails { Err("out of stock".into()) } else { Ok(()) }
                })
            });
            works.wait();
            assert_eq!(shop.inbox.handle(&event("t1"), write).unwrap(), first_fails);
            assert_eq!(first.join().unwrap().is_err(), first_fails);
        });
        assert_eq!(shop.written(), (vec!["t1".into()], 1));
    }
}

#[test]
fn a_database_that_stays_locked_is_an_error_and_marks_nothing() {
    let shop = Shop::new();
    let file = shop.folder.path().join("shop.sqlite3");
    let impatient = Inbox::new(RusqliteStore::new(move || {
        let connection = open(&file)?;
        connection.busy_timeout(std::time::Duration::from_millis(20))?;
        Ok(connection)
    }));
    let other = shop.database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = impatient.handle(&event("t1"), write).unwrap_err();
    let error = error.downcast::<rusqlite::Error>().unwrap();
    assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(shop.written(), (vec![], 0));
    assert!(impatient.handle(&event("t1"), write).unwrap());
}

#[test]
fn a_table_of_another_name_and_old_marks() {
    let shop = Shop::new();
    let store = || {
        let file = shop.folder.path().join("shop.sqlite3");
        RusqliteStore::new(move || open(&file))
    };
    for name in ["", "a b", "1a", "a.b.c", "a;b", "a."] {
        let error = Inbox::with_table(store(), name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name:?}");
    }
    let inbox = Inbox::with_table(store(), "main.handled_2").unwrap();
    inbox.create_table().unwrap();
    assert!(inbox.handle(&event("t1"), write).unwrap());
    let database = shop.database();
    database.execute("UPDATE handled_2 SET handled_at = handled_at - 91 * 86400", []).unwrap();
    assert!(inbox.handle(&event("t2"), write).unwrap());
    assert_eq!(inbox.delete_old().unwrap(), 1);
    assert!(!inbox.handle(&event("t2"), write).unwrap());
    assert!(inbox.handle(&event("t1"), write).unwrap());
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder().api_key(sandbox.test_key()).base_url(sandbox.url()).build().unwrap()
}

async fn pay(client: &Client, amount: i64) -> String {
    let body = lomi::models::CheckoutSessionCreate::new().amount(amount).currency_code("XOF");
    let made = client.checkout_sessions().create(body).await.unwrap().into_session().unwrap();
    let path = format!("/_sandbox/sessions/{}/pay", made.checkout_session_id.unwrap());
    let input = Input::body(json!({}));
    let paid = client.request(http::Method::POST, &path, input, CallOptions::new()).await.unwrap();
    let paid = paid.json().unwrap();
    let transaction = paid.get("transaction").and_then(|made| made.get("transaction_id"));
    transaction.unwrap_or_else(|| panic!("{paid}")).as_str().unwrap().to_owned()
}

#[tokio::test]
async fn reconcile_continues_where_the_last_run_ended() {
    let (sandbox, shop) = (Sandbox::start(Options::default()).unwrap(), Shop::new());
    let client = client(&sandbox);
    let error = shop.inbox.reconcile(&client, None, write).await.unwrap_err();
    assert_eq!(error.downcast::<lomi::Error>().unwrap().kind(), ErrorKind::Validation);

    let mut paid = Vec::new();
    for amount in [501, 502, 503] {
        paid.push(pay(&client, amount).await);
    }
    // The second payment fails. The cursor of what came before it is stored, with its effect.
    let fails = |event: &Event, transaction: &mut Transaction<'_>| -> Result<(), Failure> {
        write(event, transaction)?;
        let payments = "SELECT count(*) FROM payments";
        let count: i64 = transaction.query_row(payments, [], |row| row.get(0))?;
        if count == 2 { Err("out of stock".into()) } else { Ok(()) }
    };
    let error = shop.inbox.reconcile(&client, Some("2020-01-01"), fails).await.unwrap_err();
    assert_eq!(error.to_string(), "out of stock");
    assert_eq!(shop.written().0.len(), 1);
    let cursor = || -> String {
        let sql = "SELECT detail FROM lomi_inbox WHERE event_key = 'cursor'";
        shop.database().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let first = cursor();

    // `since` counts no longer: 2099 would leave everything out.
    assert!(shop.inbox.reconcile(&client, Some("2099-01-01"), write).await.unwrap() >= 2);
    paid.sort();
    assert_eq!(shop.written().0, paid);
    assert_ne!(cursor(), first);
    assert_eq!(shop.inbox.reconcile(&client, None, write).await.unwrap(), 0);
    assert_eq!(shop.written().0, paid);
}

/// A run from the start again, after all was handled: what is repeated moves the cursor on too.
#[cfg(feature = "blocking")]
#[tokio::test]
async fn a_repeated_run_hands_nothing_over() {
    let (sandbox, shop) = (Sandbox::start(Options::default()).unwrap(), Shop::new());
    pay(&client(&sandbox), 501).await;
    let blocking = || {
        let builder = lomi::blocking::Client::builder().api_key(sandbox.test_key());
        builder.base_url(sandbox.url()).build().unwrap()
    };
    thread::scope(|scope| {
        let run = || shop.inbox.reconcile_blocking(&blocking(), Some("2020-01-01"), write).unwrap();
        assert!(scope.spawn(run).join().unwrap() > 0);
        shop.database().execute("DELETE FROM lomi_inbox WHERE event_key = 'cursor'", []).unwrap();
        assert_eq!(scope.spawn(run).join().unwrap(), 0);
    });
    assert_eq!(shop.written().0.len(), 1);
    let cursors = "SELECT count(*) FROM lomi_inbox WHERE event_key = 'cursor'";
    let count: i64 = shop.database().query_row(cursors, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}
