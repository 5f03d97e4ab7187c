"""Marks as rows of the shop's database, over any driver of the DB-API."""

from __future__ import annotations

from contextlib import contextmanager

from .._lomi import message
from ..errors import ConfigurationError, InboxRolledBackError
from . import statements
from .driver import Transaction, dialect_name, table_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .inbox import Mark

#: Whether the rows of a table can be rolled back, in MySQL: its engine may be MyISAM.
_ENGINE = (
    "SELECT e.TRANSACTIONS FROM information_schema.TABLES t JOIN information_schema.ENGINES e "
    "ON e.ENGINE = t.ENGINE WHERE t.TABLE_NAME = ? AND t.TABLE_SCHEMA = "
)


class DatabaseStore:
    """Marks in a table of SQLite, PostgreSQL, MySQL or MariaDB.

    The handler gets the connection, and writes with it::

        store = lomi.inbox.DatabaseStore(lambda: psycopg.connect(dsn))

    The statements are in docs/inbox.md. The shop's tables must have transactions as well: in
    MySQL, those of InnoDB have.
    """

    def __init__(
        self,
        connect: Callable[[], Any] | Any,
        table: str = statements.TABLE,
        dialect: str | None = None,
    ) -> None:
        """Take what gives a connection.

        :param connect: a function that gives a new or pooled connection, which is closed after
            use, or a context manager of one, such as ``ConnectionPool(dsn).connection`` of
            psycopg. A connection itself may be given too: it must not be in a transaction, and
            is used by one thread at a time
        :param table: the table's name
        :param dialect: ``sqlite``, ``postgresql`` or ``mysql``, for a driver that is unknown here
        """
        from threading import RLock

        if not callable(connect) and not hasattr(connect, "cursor"):
            raise ConfigurationError(
                "a DatabaseStore takes a connection or a function that gives one, not "
                f"{type(connect).__name__}"
            )
        self._connect = connect
        self._table = table_name(table)
        self._dialect = None if dialect is None else dialect_name(dialect)
        self._lock = RLock()
        self._is_busy = False
        self._is_checked = False

    def create_table(self) -> None:
        """Create the table where there is none."""
        with self._transaction() as (_, transaction):
            transaction.run(self._sql(statements.CREATE[transaction.dialect]))

    def handle(self, mark: Mark, work: Callable[[Any], None], cursor: str | None) -> bool:
        """Insert the mark, do the work with the connection, store the cursor; all or nothing."""
        with self._transaction() as (connection, transaction):
            if not self._insert(transaction, mark):
                return False
            transaction.run(statements.SAVEPOINT)
            work(connection)
            _check_that_it_lasts(transaction)
            if cursor is not None:
                self._store_cursor(transaction, cursor)
        return True

    @contextmanager
    def connected(self) -> Iterator[DatabaseStore]:
        """Give a store with one connection for many events: some drivers take 80 ms to connect."""
        if hasattr(self._connect, "cursor"):
            yield self
            return
        with self._connection() as connection:
            yield DatabaseStore(connection, self._table, self._dialect)

    def load_cursor(self) -> str | None:
        """Give the cursor; None if there is none."""
        with self._transaction(is_write=False) as (_, transaction):
            sql = self._sql(statements.LOAD_CURSOR)
            _, found = transaction.run(sql, statements.CURSOR_KEY)
        return found.decode() if isinstance(found, (bytes, bytearray)) else found

    def store_cursor(self, cursor: str) -> None:
        """Store the cursor."""
        with self._transaction() as (_, transaction):
            self._store_cursor(transaction, cursor)

    def delete_old(self, before: int) -> int:
        """Delete the marks from before a time in seconds since 1970; gives how many."""
        with self._transaction() as (_, transaction):
            count, _ = transaction.run(self._sql(statements.DELETE_OLD), before)
        return max(count, 0)

    def _sql(self, statement: str) -> str:
        return statement.replace("{table}", self._table)

    def _insert(self, transaction: Transaction, mark: Mark) -> bool:
        from time import time

        self._check_engine(transaction)
        sql = self._sql(statements.MARK[transaction.dialect])
        count, _ = transaction.run(sql, *mark, int(time()))
        if count == 1:
            return True
        # MySQL's INSERT IGNORE leaves a row out for other reasons as well, and some wrappers of
        # drivers do not count rows: an event that is not there was not handled.
        there, _ = transaction.run(self._sql(statements.LOAD_CURSOR), mark[0])
        if count != 0 or not there:
            raise ConfigurationError(
                f"the driver says that {count} rows were inserted into {self._table}, which has "
                f"{'this' if there else 'no'} row of the event: the event was not handled"
            )
        return False

    def _check_engine(self, transaction: Transaction) -> None:
        if self._is_checked:
            return
        if transaction.dialect == "mysql":
            schema, _, table = self._table.rpartition(".")
            if schema:
                count, found = transaction.run(_ENGINE + "?", table, schema)
            else:
                count, found = transaction.run(_ENGINE + "DATABASE()", table)
            if count and found not in ("YES", b"YES"):
                raise ConfigurationError(message("inbox_engine", table=self._table))
        self._is_checked = True

    def _store_cursor(self, transaction: Transaction, cursor: str) -> None:
        from time import time

        key = statements.CURSOR_KEY
        sql = self._sql(statements.STORE_CURSOR[transaction.dialect])
        transaction.run(sql, key, key, cursor, int(time()))

    @contextmanager
    def _transaction(self, is_write: bool = True) -> Iterator[tuple[Any, Transaction]]:
        with self._connection() as connection:
            transaction = Transaction(connection, self._dialect, is_write)
            try:
                yield connection, transaction
                transaction.commit()
            except BaseException:
                _roll_back(transaction)
                raise

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """The given connection, or one that is closed after use."""
        if not hasattr(self._connect, "cursor"):
            connection: Any = self._connect()
            if hasattr(connection, "__enter__") and not hasattr(connection, "cursor"):
                with connection as entered:
                    yield entered
                return
            try:
                yield connection
            finally:
                if hasattr(connection, "close"):  # None, or something else that will be refused
                    connection.close()
            return
        with self._lock:
            if self._is_busy:
                raise ConfigurationError(
                    "the handler used the inbox, whose one connection is in its transaction: "
                    "give the store a function that makes connections"
                )
            self._is_busy = True
            try:
                yield self._connect
            finally:
                self._is_busy = False


def _check_that_it_lasts(transaction: Transaction) -> None:
    """Fail if the handler has ended the transaction: what it wrote after that is not with the mark.

    In PostgreSQL it fails as well after an error that the handler caught, which would make
    COMMIT roll back without an error.
    """
    try:
        transaction.run(statements.RELEASE_SAVEPOINT)
    except Exception as error:
        # MySQL and SQLite: there is no such savepoint; PostgreSQL: the transaction is aborted.
        if not any(word in str(error).lower() for word in ("savepoint", "aborted")):
            raise  # an error of the connection
        raise InboxRolledBackError(message("inbox_rolled_back")) from error


def _roll_back(transaction: Transaction) -> None:
    try:
        transaction.rollback()
    except Exception:
        pass  # the connection is lost, and the transaction with it; its first error passes on


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "Mark@_inbox.inbox")
