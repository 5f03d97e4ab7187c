"""The inbox: each event has its effect once, whatever brings it and whenever a process ends.

The mark "this event was handled" and what the handler writes are one transaction of the shop's
database, so both are there or neither::

    inbox = lomi.Inbox(lomi.inbox.DatabaseStore(lambda: psycopg.connect(dsn)))
    inbox.create_table()

    def handle(event, connection):
        connection.execute("UPDATE orders SET paid = true WHERE ...")

    inbox.handle(event, handle)  # in the view of the webhook
    inbox.reconcile(client, handle, since="2026-01-01")  # every few minutes

For Django's ORM: ``lomi.contrib.django.DjangoInboxStore``.
"""

from __future__ import annotations

from ._inbox.database_store import DatabaseStore
from ._inbox.inbox import Inbox
from ._inbox.redis_store import RedisStore, RedisTransaction

__all__ = ["DatabaseStore", "Inbox", "RedisStore", "RedisTransaction"]
