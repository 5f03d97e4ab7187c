//! What the inbox needs of a database driver.

/// How a database writes its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// Parameters are `?`.
    Sqlite,
    /// Parameters are `$1`, `$2` and so on.
    Postgresql,
}

/// A parameter of a statement.
#[derive(Debug, Clone, Copy)]
pub enum Parameter<'a> {
    /// A string.
    Text(&'a str),
    /// A whole number; its column is a `BIGINT`.
    Integer(i64),
}

/// A database of the shop's, through a driver that blocks. The statements come from the inbox; a
/// store runs them.
///
/// This one is for the crate `postgres`:
///
/// ```ignore
/// struct Postgres(Mutex<postgres::Client>);
///
/// impl Store for Postgres {
///     type Transaction<'t> = postgres::Transaction<'t>;
///     type Error = postgres::Error;
///
///     fn dialect(&self) -> Dialect {
///         Dialect::Postgresql
///     }
///
///     fn transaction<T, E: From<postgres::Error>>(
///         &self,
///         work: impl FnOnce(&mut postgres::Transaction<'_>) -> Result<T, E>,
///     ) -> Result<T, E> {
///         let mut client = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         let mut transaction = client.transaction()?;
///         let result = work(&mut transaction)?; // dropped, it rolls back
///         transaction.commit()?;
///         Ok(result)
///     }
///
///     fn execute(
///         transaction: &mut postgres::Transaction<'_>,
///         sql: &str,
///         parameters: &[Parameter<'_>],
///     ) -> Result<usize, postgres::Error> {
///         let values: Vec<&(dyn ToSql + Sync)> = parameters
///             .iter()
///             .map(|parameter| match parameter {
///                 Parameter::Text(text) => text as &(dyn ToSql + Sync),
///                 Parameter::Integer(number) => number,
///             })
///             .collect();
///         Ok(transaction.execute(sql, &values)? as usize)
///     }
///
///     fn query(
///         transaction: &mut postgres::Transaction<'_>,
///         sql: &str,
///         parameter: &str,
///     ) -> Result<Option<String>, postgres::Error> {
///         Ok(transaction.query_opt(sql, &[&parameter])?.map(|row| row.get(0)))
///     }
/// }
/// ```
pub trait Store {
    /// What a handler writes with.
    type Transaction<'t>;
    /// The driver's error.
    type Error;

    /// How the database writes its statements.
    fn dialect(&self) -> Dialect;

    /// Begins a transaction and does the work in it: commits if that returns `Ok`, else rolls
    /// back. In SQLite, it must take the lock for writing at its begin (`BEGIN IMMEDIATE`).
    fn transaction<T, E: From<Self::Error>>(
        &self,
        work: impl FnOnce(&mut Self::Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E>;

    /// Runs a statement. Returns how many rows it has inserted, updated or deleted.
    fn execute(
        transaction: &mut Self::Transaction<'_>,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<usize, Self::Error>;

    /// Runs a query. Returns the first column of the first row; `None` where there is no row.
    fn query(
        transaction: &mut Self::Transaction<'_>,
        sql: &str,
        parameter: &str,
    ) -> Result<Option<String>, Self::Error>;
}
