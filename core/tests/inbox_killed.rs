//! A shop that is killed at 30 random moments, while two threads hand over the same events, loses
//! none and counts none twice. `LOMI_KILLS=1000` makes more of them.
//!
//! The test runs its own binary as the shop, which prints a letter at each step.

#![cfg(all(unix, feature = "inbox-rusqlite"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use lomi::inbox::{Dialect, Inbox, Parameter, RusqliteStore, Store};
use lomi::models::{Event, EventData};
use rusqlite::{Connection, Transaction};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const EVENTS: usize = 300;
const STEP: Duration = Duration::from_millis(1);
/// The longest life of a shop, once it has handed over its first event.
const LONGEST_LIFE: u64 = 20_000; // microseconds

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    // What the operating system has is not lost by a kill.
    connection.execute_batch("PRAGMA synchronous = OFF")?;
    connection.busy_timeout(Duration::from_secs(60))?;
    Ok(connection)
}

fn event(number: usize) -> Event {
    let body = format!(
        r#"{{"id":"e{number}","event":"PAYMENT_SUCCEEDED","data":{{"transaction_id":"t{number}"}}}}"#
    );
    let signature = lomi::webhook::sign(body.as_bytes(), "whsec_test").unwrap();
    let secrets = &["whsec_test"];
    lomi::webhook::construct_event(body.as_bytes(), &signature, secrets, Default::default())
        .unwrap()
}

fn step(letter: &str) {
    let mut output = std::io::stdout().lock();
    output.write_all(letter.as_bytes()).unwrap();
    output.flush().unwrap();
}

fn handler(event: &Event, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
    let Some(EventData::Transaction(payment)) = &event.data else {
        return Err("no payment".into());
    };
    // No unique key: a payment that is written twice must be seen.
    transaction.execute("INSERT INTO payments VALUES (?)", [&payment.transaction_id])?;
    step("H");
    std::thread::sleep(STEP);
    transaction.execute("UPDATE balance SET amount = amount + 1", [])?;
    Ok(())
}

/// A store that is wrong: it begins no transaction, so the mark is committed before the handler.
struct MarkFirst(PathBuf);

impl Store for MarkFirst {
    type Transaction<'t> = Transaction<'t>;
    type Error = rusqlite::Error;

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn transaction<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = open(&self.0)?;
        let mut transaction = connection.unchecked_transaction()?;
        transaction.execute_batch("COMMIT")?;
        transaction.set_drop_behavior(rusqlite::DropBehavior::Ignore);
        work(&mut transaction)
    }

    fn execute(
        transaction: &mut Transaction<'_>,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> rusqlite::Result<usize> {
        RusqliteStore::execute(transaction, sql, parameters)
    }

    fn query(
        transaction: &mut Transaction<'_>,
        sql: &str,
        parameter: &str,
    ) -> rusqlite::Result<Option<String>> {
        RusqliteStore::query(transaction, sql, parameter)
    }
}

/// Hands over every event, in two threads.
fn shop<S>(inbox: &Inbox<S>)
where
    S: for<'t> Store<Error = rusqlite::Error, Transaction<'t> = Transaction<'t>> + Sync,
{
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for number in 0..EVENTS {
                    step("B");
                    // The wrong store's threads may find the database locked.
                    let _ = inbox.handle(&event(number), handler);
                    step("A");
                }
            });
        }
    });
}

/// The shop; the tests below start it in a process of its own.
#[test]
#[ignore = "the program that the other tests start and kill; it asserts nothing itself"]
fn the_shop() {
    let file = PathBuf::from(std::env::var("SHOP_DATABASE").unwrap());
    if std::env::var("SHOP_STORE").unwrap() == "wrong" {
        shop(&Inbox::new(MarkFirst(file)));
    } else {
        shop(&Inbox::new(RusqliteStore::new(move || open(&file))));
    }
}

struct Found {
    lost: usize,
    doubled: usize,
    balance: usize,
    payments: usize,
    /// The last letter before each kill.
    stages: String,
}

fn kill_again_and_again(store: &str, kills: usize) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.sqlite3");
    let database = open(&file).unwrap();
    let tables = "PRAGMA journal_mode = WAL; CREATE TABLE payments (id TEXT);
        CREATE TABLE balance (amount INTEGER); INSERT INTO balance VALUES (0)";
    database.execute_batch(tables).unwrap();
    let path = file.clone();
    Inbox::new(RusqliteStore::new(move || open(&path))).create_table().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_shop", "--ignored", "--nocapture", "--quiet"]);
    command.env("SHOP_DATABASE", &file).env("SHOP_STORE", store).stdout(Stdio::piped());
    let mut stages = String::new();
    for _ in 0..kills {
        let mut child = command.spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        // Until the shop works: its first letter comes after what the test's own output says.
        let mut seen = [0];
        while seen != *b"B" {
            output.read_exact(&mut seen).unwrap();
        }
        let random = u64::from(uuid::Uuid::new_v4().as_u128() as u8);
        std::thread::sleep(Duration::from_micros(random * LONGEST_LIFE / 255));
        child.kill().unwrap(); // SIGKILL
        let _ = child.wait().unwrap();
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        stages.push(rest.chars().rfind(|letter| "BHA".contains(*letter)).unwrap_or('B'));
    }
    let last = command.output().unwrap();
    assert!(last.status.success(), "{last:?}");
    let count = |sql| database.query_row(sql, [], |row| row.get::<_, usize>(0)).unwrap();
    let payments = count("SELECT count(*) FROM payments");
    let distinct = count("SELECT count(DISTINCT id) FROM payments");
    let balance = count("SELECT amount FROM balance");
    Found { lost: EVENTS - distinct, doubled: payments - distinct, balance, payments, stages }
}

#[test]
fn a_shop_that_is_killed_loses_nothing() {
    let kills = std::env::var("LOMI_KILLS").map_or(30, |kills| kills.parse().unwrap());
    let found = kill_again_and_again("right", kills);
    let Found { stages, .. } = &found;
    assert_eq!((found.lost, found.doubled), (0, 0), "{stages}");
    assert_eq!((found.payments, found.balance), (EVENTS, EVENTS), "{stages}");
    assert_eq!(stages.len(), kills);
    assert!(stages.contains('H'), "no kill hit a handler: {stages}");
}

#[test]
fn a_store_that_is_wrong_is_noticed() {
    let found = kill_again_and_again("wrong", 30);
    assert!(found.lost > 0, "{}", found.stages);
}
