"""The keys of deliveries as rows of the shop's database."""

from __future__ import annotations

from .._lomi import message
from ..errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class DatabaseStore:
    """Keys in a table, over any driver of the DB-API (sqlite3, psycopg, mysqlclient, ...).

    The table, which :meth:`create_table` makes as well::

        CREATE TABLE lomi_webhook_deliveries (
            delivery_key VARCHAR(80) PRIMARY KEY, remembered_until BIGINT NOT NULL
        )

    The unique key of the table makes two processes agree on which of them is the first.
    """

    def __init__(
        self, connect: Callable[[], Any] | Any, table: str = "lomi_webhook_deliveries"
    ) -> None:
        """Take what gives a connection, such as ``lambda: psycopg.connect(dsn)``.

        A connection that comes from a function is closed after use. A connection itself may be
        given too: it is committed, so it must not be within a transaction of the shop's,
        and it is used by one thread at a time.
        """
        from re import fullmatch
        from threading import Lock

        if not fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?", table):
            raise ConfigurationError(message("table_not_plain", example="shop.deliveries"))
        self._connect = connect
        self._table = table
        self._lock = Lock()

    def create_table(self) -> None:
        """Create the table where there is none."""
        self._run(
            lambda run: run(
                f"CREATE TABLE IF NOT EXISTS {self._table} (delivery_key VARCHAR(80) PRIMARY KEY, "
                "remembered_until BIGINT NOT NULL)"
            )
        )

    def remember(self, key: str, ttl: float) -> bool:
        """Insert a row: true if there was none for this key, or its time had ended."""
        from time import time

        now = int(time())
        # Whole seconds, and no more than a column of 64 bits holds.
        until = min(now + max(1, round(min(ttl, 1e15))), 2**62)
        try:
            self._run(lambda run: self._insert(run, key, now, until))
        except Exception as error:
            if not any(kind.__name__ == "IntegrityError" for kind in type(error).__mro__):
                raise
            # Another column of the table's may have refused the row: that is no duplicate.
            if not self._run(lambda run: self._exists(run, key)):
                raise
            return False
        return True

    def forget(self, key: str) -> None:
        """Delete the row of a key."""
        self._run(lambda run: run(f"DELETE FROM {self._table} WHERE delivery_key = %s", key))

    def delete_expired(self) -> None:
        """Delete the rows whose time has ended. Call it once a day, say."""
        from time import time

        now = int(time())
        self._run(lambda run: run(f"DELETE FROM {self._table} WHERE remembered_until <= %s", now))

    def _insert(self, run: Callable[..., Any], key: str, now: int, until: int) -> None:
        run(
            f"DELETE FROM {self._table} WHERE delivery_key = %s AND remembered_until <= %s",
            key,
            now,
        )
        run(
            f"INSERT INTO {self._table} (delivery_key, remembered_until) VALUES (%s, %s)",
            key,
            until,
        )

    def _exists(self, run: Callable[..., Any], key: str) -> bool:
        cursor = run(f"SELECT 1 FROM {self._table} WHERE delivery_key = %s", key)
        return cursor.fetchone() is not None

    def _run(self, work: Callable[[Callable[..., Any]], Any]) -> Any:
        """Do the work within one transaction."""
        if hasattr(self._connect, "cursor"):
            with self._lock:
                return _transaction(self._connect, work)
        connection = self._connect()
        try:
            return _transaction(connection, work)
        finally:
            connection.close()


def _transaction(connection: Any, work: Callable[[Callable[..., Any]], Any]) -> Any:
    cursor = connection.cursor()

    def run(statement: str, *values: Any) -> Any:
        cursor.execute(_with_placeholders(connection, statement), values)
        return cursor

    try:
        result = work(run)
        connection.commit()
        return result
    except BaseException:
        connection.rollback()
        raise
    finally:
        cursor.close()


def _with_placeholders(connection: Any, statement: str) -> str:
    """The statement with the placeholders of the connection's driver."""
    from sys import modules

    parts = type(connection).__module__.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    styles = (getattr(modules.get(name), "paramstyle", None) for name in names)
    style = next((style for style in styles if isinstance(style, str)), "format")
    if style in ("qmark", "numeric", "named"):
        pieces = statement.split("%s")
        marks = ["?" if style == "qmark" else f":{n}" for n in range(1, len(pieces))]
        return "".join(a + b for a, b in zip(pieces, [*marks, ""], strict=True))
    return statement
