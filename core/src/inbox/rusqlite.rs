//! Marks in a table of SQLite, by the crate `rusqlite`.

use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params_from_iter};

use super::store::{Dialect, Parameter, Store};

/// Marks in a table of SQLite. The handler gets the [`rusqlite::Transaction`].
///
/// ```
/// use lomi::inbox::{Inbox, RusqliteStore};
/// use rusqlite::Connection;
///
/// let inbox = Inbox::new(RusqliteStore::new(|| Connection::open("shop.sqlite3")));
/// ```
pub struct RusqliteStore {
    connect: Box<dyn Fn() -> rusqlite::Result<Connection> + Send + Sync>,
}

impl RusqliteStore {
    /// Takes a function that opens a connection, which is closed after each event. How long it
    /// waits while another connection writes is its
    /// [`busy_timeout`](rusqlite::Connection::busy_timeout): 5 s, unless the function sets another.
    pub fn new(connect: impl Fn() -> rusqlite::Result<Connection> + Send + Sync + 'static) -> Self {
        Self { connect: Box::new(connect) }
    }
}

impl std::fmt::Debug for RusqliteStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RusqliteStore").finish_non_exhaustive()
    }
}

impl Store for RusqliteStore {
    type Transaction<'t> = Transaction<'t>;
    type Error = rusqlite::Error;

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn transaction<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = (self.connect)()?;
        // Takes the lock now: a lock for reading cannot always become one for writing.
        let behavior = TransactionBehavior::Immediate;
        let mut transaction = connection.transaction_with_behavior(behavior)?;
        match work(&mut transaction) {
            Ok(result) => {
                transaction.commit()?;
                Ok(result)
            }
            Err(error) => {
                // Not by the drop, whose effect the handler may have changed. Where the handler has
                // ended the transaction, there is nothing to roll back; its error is the one to know.
                let _ = transaction.rollback();
                Err(error)
            }
        }
    }

    fn execute(
        transaction: &mut Transaction<'_>,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<usize, rusqlite::Error> {
        transaction.execute(sql, params_from_iter(parameters))
    }

    fn query(
        transaction: &mut Transaction<'_>,
        sql: &str,
        parameter: &str,
    ) -> Result<Option<String>, rusqlite::Error> {
        transaction.query_row(sql, [parameter], |row| row.get(0)).optional()
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Text(text) => ToSqlOutput::from(*text),
            Self::Integer(number) => ToSqlOutput::from(*number),
        })
    }
}
