//! Hands an event over once: mark, savepoint, handler, cursor, in one transaction.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use super::statements::{self, Statements};
use super::store::{Dialect, Parameter, Store};
use crate::error::{Error, ErrorKind};
use crate::messages::bindings as messages;
use crate::models::Event;
use crate::webhook::replay_key;

/// Hands each event over once, whether a webhook or [`reconcile`](Self::reconcile) brings it.
///
/// The event is marked as handled in the transaction in which the handler writes, so a process that
/// is killed at any moment has either done both or nothing, and the event comes again. What a
/// handler does outside of that transaction, such as sending an e-mail, may happen twice. A handler
/// returns the errors of its statements, and does not end the transaction.
#[derive(Debug)]
pub struct Inbox<S> {
    store: S,
    table: String,
}

impl<S: Store> Inbox<S> {
    /// An inbox in the table `lomi_inbox`.
    pub fn new(store: S) -> Self {
        Self { store, table: statements::TABLE.to_owned() }
    }

    /// An inbox in another table, which may have a schema: `shop.lomi_inbox`.
    ///
    /// # Errors [`ErrorKind::Configuration`] for anything but a plain name.
    pub fn with_table(store: S, table: &str) -> Result<Self, Error> {
        let is_plain = |name: &str| {
            let mut bytes = name.bytes();
            let first = bytes.next();
            first.is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic())
                && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        };
        if table.split('.').count() > 2 || !table.split('.').all(is_plain) {
            return Err(Error::configuration(messages::table_not_plain("shop.lomi_inbox")));
        }
        Ok(Self { store, table: table.to_owned() })
    }

    /// Creates the table where there is none.
    pub fn create_table(&self) -> Result<(), S::Error> {
        // Where two processes create it at once, PostgreSQL refuses the second one despite IF NOT
        // EXISTS.
        let create = || self.execute(self.dialect().create, &[]).map(drop);
        create().or_else(|_| create())
    }

    /// Hands an event over, unless it was before. Returns whether the handler was called.
    ///
    /// # Errors What the handler returns: nothing is stored then, and the event comes again if the
    /// webhook is answered with 500. [`ErrorKind::InboxRolledBack`] if the handler has ended the
    /// transaction, or has gone on after an error of the database.
    pub fn handle<E>(
        &self,
        event: &Event,
        handler: impl FnOnce(&Event, &mut S::Transaction<'_>) -> Result<(), E>,
    ) -> Result<bool, E>
    where
        E: From<S::Error> + From<Error>,
    {
        self.hand_over(event, None, handler)
    }

    /// Deletes the marks of events that were handled more than 90 days ago. Returns how many.
    pub fn delete_old(&self) -> Result<usize, S::Error> {
        self.delete_older_than(statements::KEEP_DAYS)
    }

    /// Deletes the marks of events that were handled more days ago. A delivery that is sent again
    /// after that counts as new.
    pub fn delete_older_than(&self, days: u32) -> Result<usize, S::Error> {
        let before = now() - i64::from(days) * 86400;
        self.execute(statements::DELETE_OLD, &[Parameter::Integer(before)])
    }

    /// Like [`Self::handle`]; stores a cursor in the same transaction.
    pub(super) fn hand_over<E>(
        &self,
        event: &Event,
        cursor: Option<&str>,
        handler: impl FnOnce(&Event, &mut S::Transaction<'_>) -> Result<(), E>,
    ) -> Result<bool, E>
    where
        E: From<S::Error> + From<Error>,
    {
        let key = replay_key(event)?;
        let name = name_of(event);
        let is_missed = event.source.as_deref() == Some("reconcile");
        let source = if is_missed { "reconcile" } else { "webhook" };
        let mark = [&*key, &*name, source].map(Parameter::Text);
        self.store.transaction(|transaction| {
            let [key, name, source] = mark;
            let row = [key, name, source, Parameter::Integer(now())];
            let inserted = S::execute(transaction, &self.sql(self.dialect().mark), &row)?;
            if inserted == 0 {
                return Ok(false);
            }
            S::execute(transaction, statements::SAVEPOINT, &[])?;
            handler(event, transaction)?;
            S::execute(transaction, statements::RELEASE_SAVEPOINT, &[])
                .map_err(|_| rolled_back())?;
            if let Some(cursor) = cursor {
                // Last, because other processes that reconcile wait for this row.
                S::execute(transaction, &self.sql(self.dialect().store_cursor), &row_of(cursor))?;
            }
            Ok(true)
        })
    }

    /// The cursor of the last run of `reconcile`; `None` before the first one.
    pub(super) fn load_cursor(&self) -> Result<Option<String>, S::Error> {
        let sql = self.sql(statements::LOAD_CURSOR);
        self.store.transaction(|transaction| S::query(transaction, &sql, statements::CURSOR_KEY))
    }

    pub(super) fn store_cursor(&self, cursor: &str) -> Result<(), S::Error> {
        self.execute(self.dialect().store_cursor, &row_of(cursor)).map(drop)
    }

    fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<usize, S::Error> {
        self.store.transaction(|transaction| S::execute(transaction, &self.sql(sql), parameters))
    }

    fn dialect(&self) -> &'static Statements {
        match self.store.dialect() {
            Dialect::Sqlite => &statements::SQLITE,
            Dialect::Postgresql => &statements::POSTGRESQL,
        }
    }

    /// A statement with the table's name, and parameters as the database writes them.
    fn sql(&self, statement: &str) -> String {
        let sql = statement.replace("{table}", &self.table);
        match self.store.dialect() {
            Dialect::Sqlite => sql,
            Dialect::Postgresql => numbered(&sql),
        }
    }
}

/// `?, ?` as `$1, $2`.
fn numbered(sql: &str) -> String {
    let mut parts = sql.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        let _ = write!(text, "${}{part}", number + 1);
    }
    text
}

/// The name of an event for people who read the table. A database may refuse other characters.
fn name_of(event: &Event) -> String {
    let name = event.event.as_ref().map_or("", |event| event.as_str());
    let printable = |character| if matches!(character, ' '..='~') { character } else { '?' };
    name.chars().take(statements::LONGEST_NAME).map(printable).collect()
}

fn row_of(cursor: &str) -> [Parameter<'_>; 4] {
    let key = Parameter::Text(statements::CURSOR_KEY);
    [key, key, Parameter::Text(cursor), Parameter::Integer(now())]
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn rolled_back() -> Error {
    Error::new(ErrorKind::InboxRolledBack, messages::inbox_rolled_back())
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn parameters_are_numbered() {
        assert_eq!(numbered("VALUES (?, ?)"), "VALUES ($1, $2)");
        assert_eq!(numbered("COMMIT"), "COMMIT");
    }
}
