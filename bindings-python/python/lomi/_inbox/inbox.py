"""``Inbox``: which event is handed over, in the transaction of a store."""

from __future__ import annotations

from .._lomi import message
from .._replay.guard import ReplayGuard
from ..errors import ConfigurationError, ValidationError
from .statements import CURSOR_EVERY, KEEP_DAYS, LONGEST_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any, Protocol

    from .._client import LomiClient
    from ..models.event import Event

    class InboxStore(Protocol):
        """Where marks are kept: what an :class:`Inbox` needs of a database."""

        def create_table(self) -> None:
            """Create the table where there is none."""

        def handle(self, mark: Mark, work: Callable[[Any], None], cursor: str | None, /) -> bool:
            """Insert the mark, call ``work(transaction)``, store the cursor; all or nothing.

            False, with nothing done, if the mark was there.
            """
            ...

        def load_cursor(self) -> str | None:
            """Give the cursor; None if there is none."""
            ...

        def store_cursor(self, cursor: str, /) -> None:
            """Store the cursor."""

        def delete_old(self, before: int, /) -> int:
            """Delete the marks from before a time in seconds since 1970; gives how many."""
            ...


#: Key, name and origin of an event.
Mark = tuple[str, str, str]

#: What a function gives that was not run yet.
_NOT_RUN = ("__await__", "__anext__", "__next__")


class Inbox:
    """Hands each event over once, in the transaction in which its handler writes.

    An event is handed over at least once, and has its effect exactly once, if the handler writes
    with the transaction that it is given: a process that is killed leaves the mark and the effect,
    or neither. What the handler does elsewhere, such as sending a mail, may happen again.
    """

    def __init__(self, store: InboxStore) -> None:
        """Take a store: ``lomi.inbox.DatabaseStore``, ``lomi.inbox.RedisStore`` or Django's."""
        if not hasattr(store, "handle"):
            raise ConfigurationError(
                "the store of an Inbox is lomi.inbox.DatabaseStore, lomi.inbox.RedisStore or "
                f"lomi.contrib.django.DjangoInboxStore, not {type(store).__name__}"
            )
        self._store = store

    def create_table(self) -> None:
        """Create the table of the store where there is none. Redis has none."""
        self._store.create_table()

    def handle(self, event: Event, handler: Callable[[Event, Any], object]) -> bool:
        """Call ``handler(event, transaction)`` if the event was not handled yet.

        An exception of the handler or of the driver undoes the transaction and passes on: answer
        the webhook with 500, and lomi. sends it again.

        :param handler: a blocking function. The transaction is the connection of the DB-API,
            Django's connection, or a ``RedisTransaction``. It must not commit or roll back
        :returns: whether the handler was called
        :raises lomi.ConfigurationError: the store cannot make a transaction, or the handler is
            ``async``
        :raises lomi.InboxRolledBackError: the handler has ended the transaction, or caught an
            error of the database
        """
        return self._store.handle(_mark(event), _work(event, handler), None)

    def reconcile(
        self,
        client: LomiClient,
        handler: Callable[[Event, Any], object],
        since: str | datetime | None = None,
    ) -> int:
        """Hand over what ``client.reconcile`` brings and was not handled yet.

        The store keeps the cursor, in the same transactions. After an exception or a crash, the
        next run continues there.

        :param client: a blocking client
        :param since: where the first run starts, such as an aware ``datetime``
        :returns: how many events were handed over
        :raises lomi.ValidationError: there is no cursor yet, and no ``since``
        """
        if hasattr(client, "__aenter__"):
            raise ConfigurationError(
                "Inbox.reconcile is blocking and takes a LomiClient, not an AsyncLomiClient: call "
                "it in a thread"
            )
        connected = getattr(self._store, "connected", None)
        if connected is None:
            return _reconcile(self._store, client, handler, since)
        with connected() as store:
            return _reconcile(store, client, handler, since)

    def delete_old(self, days: float = KEEP_DAYS) -> int:
        """Delete the marks of events that were handled more days ago; gives how many.

        A delivery that is sent again after that counts as new. Redis deletes marks by itself.
        """
        from time import time

        if not days > 0:
            raise ValidationError("days must be more than 0")
        return self._store.delete_old(int(time() - days * 86400))


def _reconcile(
    store: InboxStore,
    client: LomiClient,
    handler: Callable[[Event, Any], object],
    since: str | datetime | None,
) -> int:
    stored = store.load_cursor()
    start = since if stored is None else stored
    if start is None:
        raise ValidationError(message("inbox_without_cursor"))
    missed = client.reconcile(start)
    handed_over = duplicates = 0
    for event, cursor in missed:
        if store.handle(_mark(event), _work(event, handler), cursor):
            handed_over += 1
            stored, duplicates = cursor, 0
            continue
        duplicates += 1
        if duplicates % CURSOR_EVERY == 0:
            store.store_cursor(cursor)
            stored = cursor
    if missed.cursor != stored:
        store.store_cursor(missed.cursor)
    return handed_over


def _mark(event: Event) -> Mark:
    source = "reconcile" if event.source == "reconcile" else "webhook"
    # The column's length: MySQL would cut it off by itself, PostgreSQL refuse it.
    return ReplayGuard.key(event), (event.event or "")[:LONGEST_NAME], source


def _work(event: Event, handler: Callable[[Event, Any], object]) -> Callable[[Any], None]:
    def work(transaction: Any) -> None:
        result: Any = handler(event, transaction)
        if any(hasattr(result, name) for name in _NOT_RUN):
            if hasattr(result, "close"):
                result.close()
            raise ConfigurationError(
                "the handler of an Inbox must be a plain function: this one returned "
                f"{type(result).__name__}, so it had not run, and nothing was marked as handled"
            )

    return work


if not TYPE_CHECKING:
    from .._hints import later

    class InboxStore:
        """The name of the protocol in hints that a program reads."""

    __getattr__ = later(__name__, "Event LomiClient")
