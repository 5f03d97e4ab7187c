//! The orders, in SQLite, and what an event of lomi. does to them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lomi::models::{CurrencyCode, Event, EventData, Refund, Transaction, WebhookEvent};
use rusqlite::{Connection, OptionalExtension, Params, Result, Row};

use crate::pages::Failure;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, amount INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'pending',
    attempt INTEGER NOT NULL DEFAULT 1, session_id TEXT, checkout_url TEXT, transaction_id TEXT,
    paid_count INTEGER NOT NULL DEFAULT 0, failed TEXT, note TEXT,
    refund_id TEXT, refund_call TEXT, refund_note TEXT)";

#[derive(Clone, serde::Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) amount: i64,    // F CFA, which has no smaller unit
    pub(crate) status: String, // pending, paid or refunded
    pub(crate) attempt: i64,
    pub(crate) session_id: Option<String>,
    pub(crate) checkout_url: Option<String>,
    pub(crate) transaction_id: Option<String>,
    paid_count: i64,
    /// 'asked', or what `find_outcome_of` needs if the outcome is unknown.
    pub(crate) refund_call: Option<String>,
    notes: Vec<String>,
}

impl Order {
    fn read(row: &Row<'_>) -> Result<Self> {
        let notes: [Option<String>; 3] =
            [row.get("failed")?, row.get("note")?, row.get("refund_note")?];
        Ok(Self {
            id: row.get("id")?,
            amount: row.get("amount")?,
            status: row.get("status")?,
            attempt: row.get("attempt")?,
            session_id: row.get("session_id")?,
            checkout_url: row.get("checkout_url")?,
            transaction_id: row.get("transaction_id")?,
            paid_count: row.get("paid_count")?,
            refund_call: row.get("refund_call")?,
            notes: notes.into_iter().flatten().collect(),
        })
    }
}

/// For the pages. Events have a connection of their own, which the inbox opens.
pub(crate) struct Orders(Mutex<Connection>);

impl Orders {
    pub(crate) fn open(file: &str) -> Result<Self> {
        let database = Connection::open(file)?;
        // Pages can be read while an event is written.
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.execute(TABLE, [])?;
        Ok(Self(Mutex::new(database)))
    }

    pub(crate) fn add(&self, amount: i64) -> Result<Order> {
        // Nobody can guess the address of another buyer's order.
        let id = uuid::Uuid::new_v4().to_string();
        self.run("INSERT INTO orders (id, amount) VALUES (?, ?)", (&id, amount))?;
        self.find(&id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    /// Runs a statement. Returns how many orders it has changed.
    pub(crate) fn run(&self, sql: &str, values: impl Params) -> Result<usize> {
        self.database().execute(sql, values)
    }

    pub(crate) fn find(&self, id: &str) -> Result<Option<Order>> {
        let database = self.database();
        database.query_row("SELECT * FROM orders WHERE id = ?", [id], Order::read).optional()
    }

    pub(crate) fn all(&self) -> Result<Vec<Order>> {
        let database = self.database();
        let mut all = database.prepare("SELECT * FROM orders ORDER BY rowid DESC")?;
        all.query_map([], Order::read)?.collect()
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called once for each event, whether a webhook or `reconcile` brings it, in the transaction in
/// which the inbox marks it. Events come in any order, so each statement names the status that it
/// changes.
pub(crate) fn on_event(
    event: &Event,
    database: &mut rusqlite::Transaction<'_>,
) -> std::result::Result<(), Failure> {
    match (&event.event, &event.data) {
        (Some(WebhookEvent::PaymentSucceeded), Some(EventData::Transaction(payment))) => {
            paid(payment, database)?;
        }
        (Some(WebhookEvent::PaymentFailed), Some(EventData::Transaction(payment))) => {
            let sql = "UPDATE orders SET failed = 'The payment failed. You can try again.'
                WHERE id = ? AND status = 'pending'";
            database.execute(sql, [order_of(payment)])?;
        }
        (Some(WebhookEvent::RefundCompleted), Some(EventData::Refund(refund))) => {
            refunded(refund, database)?;
        }
        (Some(WebhookEvent::RefundFailed), Some(EventData::Refund(refund))) => {
            let sql = "UPDATE orders SET status = 'paid', refund_call = NULL,
                refund_note = 'The refund failed.' WHERE refund_id = ?";
            database.execute(sql, [&refund.refund_id])?;
        }
        _ => {}
    }
    Ok(())
}

fn paid(payment: &Transaction, database: &Connection) -> Result<()> {
    let (order, id) = (order_of(payment), &payment.transaction_id);
    let amount = payment.gross_amount.as_ref().and_then(|amount| amount.as_i64());
    let currency = payment.currency_code.as_ref().map_or("", CurrencyCode::as_str);
    let sql = "UPDATE orders SET status = 'paid', paid_count = paid_count + 1, transaction_id = ?,
        failed = NULL WHERE id = ? AND status = 'pending' AND amount = ? AND ? = 'XOF'";
    if database.execute(sql, (id, order, amount, currency))? == 0 {
        // Another amount, or paid before. No error: the money is there, and a person has to decide.
        let sql = "UPDATE orders SET note = concat(note, 'Look at payment ', ?, ': ', ?, ' ', ?,
            '. ') WHERE id = ?";
        database.execute(sql, (id, amount, currency, order))?;
    }
    Ok(())
}

fn refunded(refund: &Refund, database: &Connection) -> Result<()> {
    let amount = refund.refunded_amount.as_ref().or(refund.amount.as_ref());
    let amount = amount.and_then(|amount| amount.as_i64());
    // The last line: this refund may have failed afterwards, and that event may have come first.
    let sql = "UPDATE orders SET status = 'refunded', refund_id = ?1, refund_note = NULL
        WHERE transaction_id = ?2 AND amount = ?3 AND status = 'paid'
        AND (refund_call IS NOT NULL OR refund_id IS NOT ?1)";
    database.execute(sql, (&refund.refund_id, &refund.transaction_id, amount)).map(drop)
}

/// The order's id, from the metadata: an event that `reconcile` brings may lack the session's id.
fn order_of(payment: &Transaction) -> Option<&str> {
    payment.metadata.as_ref()?.get("order")?.as_str()
}
