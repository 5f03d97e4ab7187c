//! The orders, in SQLite, and what an event of lomi. does to them.

use lomi::Value;
use lomi::models::{CurrencyCode, Event, EventData, Transaction, WebhookEvent};
use rusqlite::{Connection, Params, Result, Row, named_params};

use crate::pages::Failure;

const SETUP: &str = "PRAGMA journal_mode = WAL; -- pages can be read while an event is written
    CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, amount INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'pending',
    attempt INTEGER NOT NULL DEFAULT 1, session_id TEXT, failed INTEGER NOT NULL DEFAULT 0,
    transaction_id TEXT, paid_count INTEGER NOT NULL DEFAULT 0, note TEXT,
    refund_id TEXT, refund_call TEXT)";

#[derive(serde::Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) amount: i64,    // F CFA, which has no smaller unit
    pub(crate) status: String, // pending, paid or refunded
    pub(crate) attempt: i64,
    pub(crate) session_id: Option<String>,
    failed: bool, // a payment was refused
    pub(crate) transaction_id: Option<String>,
    paid_count: i64,
    note: Option<String>,                   // for the staff
    pub(crate) refund_call: Option<String>, // 'asked', or what `find_outcome_of` needs
}

fn read(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        id: row.get("id")?,
        amount: row.get("amount")?,
        status: row.get("status")?,
        attempt: row.get("attempt")?,
        session_id: row.get("session_id")?,
        failed: row.get("failed")?,
        transaction_id: row.get("transaction_id")?,
        paid_count: row.get("paid_count")?,
        note: row.get("note")?,
        refund_call: row.get("refund_call")?,
    })
}

/// A connection, which SQLite opens in a fraction of a millisecond.
pub(crate) fn connect() -> Result<Connection> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/shop.sqlite3").to_owned();
    Connection::open(std::env::var("SHOP_DATABASE").unwrap_or(file))
}

pub(crate) fn create_table() -> Result<()> {
    connect()?.execute_batch(SETUP)
}

pub(crate) fn add(amount: i64) -> Result<Order> {
    let id = uuid::Uuid::new_v4().to_string(); // nobody can guess another buyer's order
    run("INSERT INTO orders (id, amount) VALUES (?, ?)", (&id, amount))?;
    find(&id)
}

pub(crate) fn find(id: &str) -> Result<Order> {
    connect()?.query_row("SELECT * FROM orders WHERE id = ?", [id], read)
}

pub(crate) fn all() -> Result<Vec<Order>> {
    connect()?.prepare("SELECT * FROM orders ORDER BY rowid DESC")?.query_map([], read)?.collect()
}

/// Runs a statement. Returns how many orders it has changed.
pub(crate) fn run(sql: &str, values: impl Params) -> Result<usize> {
    connect()?.execute(sql, values)
}

/// Called once for each event, whether a webhook or `reconcile` brings it, in the transaction in
/// which the inbox marks it. Events come in any order, so each statement names the status that it
/// changes.
pub(crate) fn on_event(
    event: &Event,
    database: &mut rusqlite::Transaction<'_>,
) -> Result<(), Failure> {
    match (&event.event, &event.data) {
        (Some(WebhookEvent::PaymentSucceeded), Some(EventData::Transaction(payment))) => {
            paid(database, payment)?;
        }
        (Some(WebhookEvent::PaymentFailed), Some(EventData::Transaction(payment))) => {
            let sql = "UPDATE orders SET failed = 1 WHERE id = ? AND status = 'pending'";
            database.execute(sql, [order_of(payment)])?;
        }
        (_, Some(EventData::Refund(refund))) => refunded(database, &(**refund).clone().into())?,
        _ => {}
    }
    Ok(())
}

fn paid(database: &Connection, payment: &Transaction) -> Result<()> {
    let (order, id) = (order_of(payment), &payment.transaction_id);
    let amount = payment.gross_amount.as_ref().and_then(|amount| amount.as_i64());
    let currency = payment.currency_code.as_ref().map_or("", CurrencyCode::as_str);
    let sql = "UPDATE orders SET status = 'paid', paid_count = paid_count + 1, transaction_id = ?
        WHERE id = ? AND status = 'pending' AND amount = ? AND ? = 'XOF'";
    if database.execute(sql, (id, order, amount, currency))? == 0 {
        // Another amount, or paid before. No error: the money is there, and a person has to decide.
        let sql =
            "UPDATE orders SET note = concat(note, 'Look at payment ', ?, ': ', ?, ' ', ?, '. ')
            WHERE id = ?";
        database.execute(sql, (id, amount, currency, order))?;
    }
    Ok(())
}

/// Writes the state of a refund. One that was completed can still fail, and the events of that may
/// come in the wrong order: the last line of the first statement is for a refund that has failed.
pub(crate) fn refunded(database: &Connection, refund: &Value) -> Result<()> {
    let text = |name| refund.get(name).and_then(Value::as_str);
    let amount = refund.get("refunded_amount").or(refund.get("amount")).and_then(Value::as_i64);
    let id = text("refund_id");
    match text("status") {
        Some("completed") => database.execute(
            "UPDATE orders SET status = 'refunded', refund_id = :refund
                WHERE (refund_id = :refund OR (transaction_id = :transaction AND amount = :amount))
                AND status = 'paid' AND (refund_call IS NOT NULL OR refund_id IS NOT :refund)",
            named_params! {":refund": id, ":transaction": text("transaction_id"), ":amount": amount},
        ),
        Some("failed") => database.execute(
            "UPDATE orders SET status = 'paid', refund_call = NULL,
                note = concat(note, 'The refund failed. ') WHERE refund_id = ?",
            [id],
        ),
        _ => Ok(0),
    }
    .map(drop)
}

/// The order's id, from the metadata: an event that `reconcile` brings may lack the session's id.
fn order_of(payment: &Transaction) -> Option<&str> {
    payment.metadata.as_ref()?.get("order")?.as_str()
}
