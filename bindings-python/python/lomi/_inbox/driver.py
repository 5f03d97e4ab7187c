"""What drivers of the DB-API do differently: dialect, placeholders, and how a transaction begins.

The rule: an explicit transaction, or a refusal; never one statement at a time.
"""

from __future__ import annotations

from .._lomi import message
from ..errors import ConfigurationError
from .statements import CREATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DIALECTS = {
    "sqlite": ("sqlite3", "pysqlite3", "sqlcipher3", "libsql"),
    "postgresql": ("psycopg", "psycopg2", "psycopg2cffi", "pg8000", "pgdb"),
    "mysql": ("MySQLdb", "pymysql", "mysql", "mariadb", "cymysql"),
}

#: The bit of a server's status in MySQL's protocol.
_MYSQL_IN_TRANSACTION = 1


def table_name(given: str) -> str:
    """Check the name of a table, which becomes a part of statements."""
    from re import fullmatch

    if not fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?", given):
        raise ConfigurationError(message("table_not_plain", example="shop.lomi_inbox"))
    return given


def dialect_name(given: str) -> str:
    """Check the name of a dialect."""
    if given not in CREATE:
        raise ConfigurationError(f"dialect is one of {', '.join(CREATE)}, not {given!r}")
    return given


def _modules(connection: Any) -> list[str]:
    """The modules of a connection's class and its parents; of the driver's, if a pool wraps it."""
    driver = getattr(connection, "driver_connection", None) or connection  # SQLAlchemy's pool
    return [kind.__module__ for kind in type(driver).__mro__]


def _dialect_of(connection: Any) -> str:
    modules = _modules(connection)
    packages = {module.partition(".")[0] for module in modules}
    if "django" in packages:
        raise ConfigurationError("for Django's connections: lomi.contrib.django.DjangoInboxStore")
    for dialect, drivers in _DIALECTS.items():
        if packages.intersection(drivers):
            return dialect
    raise ConfigurationError(
        f"unknown driver {modules[0]}: say which database it is for, with dialect= "
        f"one of {', '.join(CREATE)}"
    )


def _parameter_style(connection: Any, dialect: str) -> str:
    """The driver's ``paramstyle``, which is in a module above its connection's class."""
    from sys import modules

    for module in _modules(connection):
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            style = getattr(modules.get(".".join(parts[:length])), "paramstyle", None)
            if isinstance(style, str):
                return style
    return "qmark" if dialect == "sqlite" else "format"


class Transaction:
    """One transaction over a connection of the shop's."""

    def __init__(self, connection: Any, dialect: str | None, is_write: bool = True) -> None:
        """Begin. Refuses a connection that is in a transaction, or asynchronous."""
        if not hasattr(connection, "cursor") or hasattr(connection, "__aenter__"):
            kind = type(connection).__name__
            raise ConfigurationError(f"a blocking connection of the DB-API is needed, not {kind}")
        self.dialect = dialect or _dialect_of(connection)
        self._connection = connection
        self._style = _parameter_style(connection, self.dialect)
        #: Whether it ends by a statement: some drivers' commit() does nothing in autocommit mode.
        self._by_statement = False
        self._begin(is_write)

    def _begin(self, is_write: bool) -> None:
        if self._in_transaction():
            raise ConfigurationError(message("inbox_in_transaction"))
        autocommit = getattr(self._connection, "autocommit", None)
        if self.dialect == "mysql":
            self.run("START TRANSACTION")
        elif self.dialect == "postgresql":
            # Else the driver begins one before the first statement.
            self._by_statement = autocommit is True
            if self._by_statement:
                self.run("BEGIN")
        elif autocommit is not False:
            self._by_statement = autocommit is True
            # Takes the lock now: a lock for reading cannot always become one for writing.
            self.run("BEGIN IMMEDIATE" if is_write else "BEGIN")

    def _in_transaction(self) -> bool:
        """Whether the driver says that a transaction has begun; False if it does not know."""
        connection = self._connection
        if self.dialect == "postgresql":
            return bool(getattr(getattr(connection, "info", None), "transaction_status", 0))
        if self.dialect == "sqlite" and getattr(connection, "autocommit", None) is False:
            return False  # the driver always is in one, which it began itself
        if getattr(connection, "in_transaction", False) is True:
            return True
        status = getattr(connection, "server_status", 0)
        return isinstance(status, int) and bool(status & _MYSQL_IN_TRANSACTION)

    def run(self, statement: str, *values: Any) -> tuple[int, Any]:
        """Run a statement with ``?`` for each value: the number of rows, and the first field."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(*_with_values(self._style, statement, values))
            if cursor.description is None:
                return cursor.rowcount, None
            rows = cursor.fetchall()
            return len(rows), _first_field(rows[0]) if rows else None
        finally:
            cursor.close()

    def commit(self) -> None:
        """Commit."""
        if self._by_statement:
            self.run("COMMIT")
        else:
            self._connection.commit()

    def rollback(self) -> None:
        """Roll back."""
        if self._by_statement:
            self.run("ROLLBACK")
        else:
            self._connection.rollback()


def _with_values(style: str, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of ``execute`` in a driver's style."""
    if not values:
        return (statement,)
    first, *others = statement.split("?")
    names = [f"p{number}" for number in range(1, len(others) + 1)]
    marks = {
        "qmark": ["?" for _ in names],
        "numeric": [f":{number}" for number in range(1, len(names) + 1)],
        "named": [f":{name}" for name in names],
    }.get(style, ["%s" for _ in names])
    text = first + "".join(mark + rest for mark, rest in zip(marks, others, strict=True))
    return text, dict(zip(names, values, strict=True)) if style == "named" else values


def _first_field(row: Any) -> Any:
    """The first field of a row: a sequence, or a dictionary if the connection makes those."""
    return next(iter(row.values())) if hasattr(row, "values") else row[0]
