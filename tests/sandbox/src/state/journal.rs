//! State that outlives the process: one SQLite file, written by a thread of its own.
//!
//! Changes are handed over in the order in which they are made, and many of them share a
//! transaction. Whoever has promised something to a client waits for [`Journal::flushed`] first.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

/// Most changes in one transaction.
const BATCH: usize = 1_000;
/// A session and its idempotency key are written in one go: between the two there is no wait in
/// the server, so that what belongs together arrives within this time.
const TOGETHER: Duration = Duration::from_millis(5);

/// The kinds of records.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Checkout sessions.
    Session,
    /// Webhook endpoints.
    Endpoint,
    /// Webhook deliveries.
    Delivery,
    /// Idempotency keys that have been answered.
    Key,
    /// Customers with an unpaid invoice.
    Blocked,
    /// The clock, and who the sandbox is.
    Setting,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Endpoint => "endpoint",
            Self::Delivery => "delivery",
            Self::Key => "key",
            Self::Blocked => "blocked",
            Self::Setting => "setting",
        }
    }
}

enum Change {
    Put(Kind, String, String),
    Delete(Kind, String),
    /// The end: answered when the file has been closed.
    Close(Sender<()>),
    /// Answered when everything before it is in the file.
    Flush(oneshot::Sender<bool>),
}

/// Where changes are written; without a file, nowhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Option<Sender<Change>>);

impl Journal {
    /// Opens or makes the file, and gives it to the writer.
    ///
    /// # Errors
    /// When it cannot be opened, is no database, or is in use by another sandbox.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<(Self, Saved)> {
        let connection = Connection::open(path)?;
        // One process has the file for itself; a write survives a kill once it is committed.
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
        let saved = Saved::read(&connection)?;
        let (send, receive) = channel();
        std::thread::Builder::new()
            .name("lomi-sandbox-data".to_owned())
            .spawn(move || write_all(connection, &receive))
            .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
        Ok((Self(Some(send)), saved))
    }

    /// Writes a record, or writes it anew.
    pub(crate) fn put(&self, kind: Kind, id: impl ToString, body: &impl Serialize) {
        if let Some(writer) = &self.0 {
            // Everything that is kept is a plain structure; this cannot fail.
            let body = serde_json::to_string(body).unwrap_or_default();
            let _ = writer.send(Change::Put(kind, id.to_string(), body));
        }
    }

    /// Removes a record.
    pub(crate) fn delete(&self, kind: Kind, id: impl ToString) {
        if let Some(writer) = &self.0 {
            let _ = writer.send(Change::Delete(kind, id.to_string()));
        }
    }

    /// Waits until every change made so far is in the file. False when it could not be written.
    pub(crate) async fn flushed(&self) -> bool {
        let Some(writer) = &self.0 else {
            return true;
        };
        let (send, receive) = oneshot::channel();
        writer.send(Change::Flush(send)).is_ok() && receive.await.unwrap_or(false)
    }
}

impl Journal {
    /// Writes what is left and closes the file.
    pub(crate) fn close(&self) {
        if let Some(writer) = &self.0 {
            let (send, receive) = channel();
            if writer.send(Change::Close(send)).is_ok() {
                // An error says that the writer has ended already.
                let _ = receive.recv();
            }
        }
    }
}

/// What the file held when it was opened.
#[derive(Debug, Default)]
pub(crate) struct Saved(Vec<(String, String, String)>);

impl Saved {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare("SELECT kind, id, body FROM records")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Self(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// The records of a kind with their ids. One that cannot be read is left out, and said.
    pub(crate) fn of<T: DeserializeOwned>(&self, kind: Kind) -> impl Iterator<Item = (&str, T)> {
        self.0.iter().filter(move |(k, _, _)| k == kind.name()).filter_map(|(kind, id, body)| {
            let read = serde_json::from_str(body);
            if let Err(error) = &read {
                eprintln!("lomi-sandbox: {kind} {id} cannot be read and is left out: {error}");
            }
            Some((id.as_str(), read.ok()?))
        })
    }

    /// One setting.
    pub(crate) fn setting<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.of(Kind::Setting).find(|(id, _)| *id == name).map(|(_, value)| value)
    }
}

fn write_all(mut connection: Connection, changes: &Receiver<Change>) {
    let mut closing = None;
    while closing.is_none() {
        let Ok(first) = changes.recv() else {
            return;
        };
        let mut waiting = Vec::new();
        let written = write_batch(&mut connection, changes, first, &mut waiting, &mut closing);
        if let Err(error) = &written {
            eprintln!("lomi-sandbox: the data file cannot be written: {error}");
        }
        for waiter in waiting {
            let _ = waiter.send(written.is_ok());
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
    waiting: &mut Vec<oneshot::Sender<bool>>,
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
                changes.recv_timeout(TOGETHER).ok()
            }
            Change::Delete(kind, id) => {
                transaction
                    .prepare_cached("DELETE FROM records WHERE kind = ?1 AND id = ?2")?
                    .execute((kind.name(), id))?;
                changes.recv_timeout(TOGETHER).ok()
            }
            Change::Close(sender) => {
                *closing = Some(sender);
                None
            }
            Change::Flush(waiter) => {
                waiting.push(waiter);
                if count < BATCH { changes.try_recv().ok() } else { None }
            }
        };
    }
    transaction.commit()
}
