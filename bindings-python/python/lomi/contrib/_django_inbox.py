"""The inbox in Django's database, so that what a handler writes by the ORM is with the mark."""

from __future__ import annotations

from django.db import connections, transaction

from .._inbox import statements
from .._inbox.driver import table_name
from .._lomi import message
from ..errors import ConfigurationError, InboxRolledBackError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._inbox.inbox import Mark


class DjangoInboxStore:
    """Marks in a table of one of Django's databases: SQLite, PostgreSQL, MySQL or MariaDB.

    The handler runs within ``transaction.atomic(using=using)`` and gets Django's connection, which
    the ORM uses as well::

        inbox = lomi.Inbox(lomi.contrib.django.DjangoInboxStore())

        def handle(event, connection):
            Order.objects.filter(...).update(paid=True)

    Within an ``atomic`` block of the shop's, such as by ATOMIC_REQUESTS, mark and effect are a
    part of that block.
    """

    def __init__(self, using: str = "default", table: str = statements.TABLE) -> None:
        """Take the alias of the database, and the table's name."""
        self._using = using
        self._table = table_name(table)

    def create_table(self) -> None:
        """Create the table where there is none; a migration can run the same statement."""
        connection = self._connection()
        with connection.cursor() as cursor:
            cursor.execute(self._sql(statements.CREATE[connection.vendor]))

    def handle(self, mark: Mark, work: Callable[[Any], None], cursor: str | None) -> bool:
        """Insert the mark, do the work in ``atomic``, store the cursor; all or nothing."""
        from time import time

        connection = self._connection()
        if not (connection.in_atomic_block or connection.get_autocommit()):
            raise ConfigurationError(
                f"the database {self._using} has AUTOCOMMIT=False: call the inbox within "
                "transaction.atomic()"
            )
        with self._atomic():
            sql = self._sql(statements.MARK[connection.vendor])
            if self._run(sql, *mark, int(time())) == 0:
                if self._field(mark[0]) is None:
                    raise ConfigurationError(
                        f"the row of the event was not inserted into {self._table}, and is not "
                        "there: the event was not handled"
                    )
                return False
            # The savepoint of a second block fails if the handler has ended the transaction.
            with self._atomic():
                work(connection)
                if connection.needs_rollback:
                    # Django would roll back at the end of the block, and raise nothing.
                    raise InboxRolledBackError(message("inbox_rolled_back"))
            if cursor is not None:
                self.store_cursor(cursor)
        return True

    def load_cursor(self) -> str | None:
        """Give the cursor; None if there is none."""
        return self._field(statements.CURSOR_KEY)

    def store_cursor(self, cursor: str) -> None:
        """Store the cursor."""
        from time import time

        key = statements.CURSOR_KEY
        sql = self._sql(statements.STORE_CURSOR[self._connection().vendor])
        with self._atomic():
            self._run(sql, key, key, cursor, int(time()))

    def delete_old(self, before: int) -> int:
        """Delete the marks from before a time in seconds since 1970; gives how many."""
        with self._atomic():
            return self._run(self._sql(statements.DELETE_OLD), before)

    def _atomic(self) -> Any:  # Django has no types
        return transaction.atomic(using=self._using)

    def _connection(self) -> Any:
        connection = connections[self._using]
        if connection.vendor not in statements.CREATE:
            raise ConfigurationError(
                f"the inbox has no statements for {connection.vendor}, only for "
                f"{', '.join(statements.CREATE)}"
            )
        return connection

    def _sql(self, statement: str) -> str:
        return statement.replace("{table}", self._table).replace("?", "%s")

    def _run(self, statement: str, *values: str | int) -> int:
        with self._connection().cursor() as cursor:
            cursor.execute(statement, values)
            count: int = cursor.rowcount
            return count

    def _field(self, key: str) -> str | None:
        with self._connection().cursor() as cursor:
            cursor.execute(self._sql(statements.LOAD_CURSOR), [key])
            row = cursor.fetchone()
            return None if row is None else row[0]


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "Mark@_inbox.inbox")
