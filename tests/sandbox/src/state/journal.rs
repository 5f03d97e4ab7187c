//! State that outlives the process: one SQLite file, written by its own thread.
//!
//! Changes are queued in the order in which they are made, and many of them share a
//! transaction. A response that confirms a change must wait for [`Journal::flushed`].

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

/// Most changes in one transaction.
const BATCH: usize = 1_000;
/// How long a transaction waits for a further change. The server does not wait between storing a
/// session and its idempotency key, so both are in one transaction.
const BATCH_WAIT: Duration = Duration::from_millis(5);

/// Kind of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RecordKind {
    /// Checkout sessions.
    Session,
    /// Objects of the other resources.
    Object,
    /// Webhook endpoints.
    Endpoint,
    /// Webhook deliveries.
    Delivery,
    /// Idempotency keys whose first response is stored.
    Key,
    /// Customers with an unpaid invoice.
    Blocked,
    /// The clock and the identity.
    Setting,
}

impl RecordKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Object => "object",
            Self::Endpoint => "endpoint",
            Self::Delivery => "delivery",
            Self::Key => "key",
            Self::Blocked => "blocked",
            Self::Setting => "setting",
        }
    }
}

enum Change {
    Put(RecordKind, String, String),
    Delete(RecordKind, String),
    /// The end; the sender is notified when the file has been closed.
    Close(Sender<()>),
    /// The sender is notified when every earlier change is in the file.
    Flush(oneshot::Sender<bool>),
}

/// Queue of changes for the data file. Without a data file it does nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Option<Sender<Change>>);

impl Journal {
    /// Opens or creates the file and starts the thread that writes to it.
    ///
    /// # Errors
    /// When it cannot be opened, is not a database, or is in use by another sandbox.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<(Self, SavedRecords)> {
        let connection = Connection::open(path)?;
        // One process uses the file exclusively; a committed write survives a kill.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS records (
                 kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
                 PRIMARY KEY (kind, id)
             ) WITHOUT ROWID;
             BEGIN IMMEDIATE; COMMIT;",
        )?;
        let saved = SavedRecords::read(&connection)?;
        let (send, receive) = channel();
        std::thread::Builder::new()
            .name("lomi-sandbox-data".to_owned())
            .spawn(move || write_all(connection, &receive))
            .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
        Ok((Self(Some(send)), saved))
    }

    /// Inserts or replaces a record.
    pub(crate) fn put(&self, kind: RecordKind, id: impl ToString, body: &impl Serialize) {
        if let Some(writer) = &self.0 {
            // Every record is a plain structure, so this cannot fail.
            let body = serde_json::to_string(body).unwrap_or_default();
            let _ = writer.send(Change::Put(kind, id.to_string(), body));
        }
    }

    /// Removes a record.
    pub(crate) fn delete(&self, kind: RecordKind, id: impl ToString) {
        if let Some(writer) = &self.0 {
            let _ = writer.send(Change::Delete(kind, id.to_string()));
        }
    }

    /// Waits until every earlier change is in the file. False when it could not be written.
    pub(crate) async fn flushed(&self) -> bool {
        let Some(writer) = &self.0 else {
            return true;
        };
        let (send, receive) = oneshot::channel();
        writer.send(Change::Flush(send)).is_ok() && receive.await.unwrap_or(false)
    }
}

impl Journal {
    /// Writes the queued changes and closes the file.
    pub(crate) fn close(&self) {
        if let Some(writer) = &self.0 {
            let (send, receive) = channel();
            if writer.send(Change::Close(send)).is_ok() {
                // An error means that the writer has ended already.
                let _ = receive.recv();
            }
        }
    }
}

/// The records of the file at the time it was opened.
#[derive(Debug, Default)]
pub(crate) struct SavedRecords(Vec<(String, String, String)>);

impl SavedRecords {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare("SELECT kind, id, body FROM records")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Self(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// The records of a kind with their ids. One that cannot be read is skipped with a warning.
    pub(crate) fn of<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
    ) -> impl Iterator<Item = (&str, T)> {
        let records = self.0.iter().filter(move |(k, _, _)| k == kind.name());
        records.filter_map(|record| Some((record.1.as_str(), parse(record)?)))
    }

    /// One setting. Each setting has its own type.
    pub(crate) fn setting<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let kind = RecordKind::Setting.name();
        self.0.iter().find(|(k, id, _)| k == kind && id == name).and_then(parse)
    }
}

fn parse<T: DeserializeOwned>((kind, id, body): &(String, String, String)) -> Option<T> {
    serde_json::from_str(body)
        .inspect_err(|error| {
            eprintln!("lomi-sandbox: {kind} {id} cannot be read and is skipped: {error}");
        })
        .ok()
}

fn write_all(mut connection: Connection, changes: &Receiver<Change>) {
    let mut closing = None;
    while closing.is_none() {
        let Ok(first) = changes.recv() else {
            return;
        };
        let mut waiters = Vec::new();
        let result = write_batch(&mut connection, changes, first, &mut waiters, &mut closing);
        if let Err(error) = &result {
            eprintln!("lomi-sandbox: the data file cannot be written: {error}");
        }
        for waiter in waiters {
            let _ = waiter.send(result.is_ok());
        }
    }
    drop(connection);
    if let Some(closing) = closing {
        let _ = closing.send(());
    }
}

fn write_batch(
    connection: &mut Connection,
    changes: &Receiver<Change>,
    first: Change,
    waiters: &mut Vec<oneshot::Sender<bool>>,
    closing: &mut Option<Sender<()>>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let mut next = Some(first);
    let mut count = 0;
    while let Some(change) = next.take() {
        count += 1;
        next = match change {
            Change::Put(kind, id, body) => {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3)")?
                    .execute((kind.name(), id, body))?;
                changes.recv_timeout(BATCH_WAIT).ok()
            }
            Change::Delete(kind, id) => {
                transaction
                    .prepare_cached("DELETE FROM records WHERE kind = ?1 AND id = ?2")?
                    .execute((kind.name(), id))?;
                changes.recv_timeout(BATCH_WAIT).ok()
            }
            Change::Close(sender) => {
                *closing = Some(sender);
                None
            }
            Change::Flush(waiter) => {
                waiters.push(waiter);
                if count < BATCH { changes.try_recv().ok() } else { None }
            }
        };
    }
    transaction.commit()
}
