"""Shops with an inbox in each database: what a handler writes, and how to read it."""

import sqlite3
from contextlib import closing
from uuid import uuid4

import lomi

#: Drivers of the DB-API, with the arguments that make a connection of each autocommit.
DRIVERS = {
    "sqlite3": {"isolation_level": None},
    "psycopg": {"autocommit": True},
    "psycopg2": None,
    "pg8000": None,
    "pymysql": {"autocommit": True},
    "mysql.connector": {"autocommit": True},
}
DJANGO = ["django-sqlite", "django-postgresql", "django-mysql"]
KINDS = [
    *DRIVERS,
    *(f"{name}-autocommit" for name, how in DRIVERS.items() if how),
    *DJANGO,
    "redis",
]


def connect(databases, kind):
    """A connection of a driver, such as "psycopg-autocommit"."""
    name, _, autocommit = kind.partition("-")
    more = DRIVERS[name] if autocommit else {}
    if name == "sqlite3":
        return sqlite3.connect(databases["sqlite"]["folder"] + "/shop.db", timeout=30, **more)
    if name in ("psycopg", "psycopg2", "pg8000"):
        given = {**databases["postgresql"], **more}
        if name == "psycopg":
            import psycopg

            given["dbname"] = given.pop("database")
            return psycopg.connect(**given)
        if name == "psycopg2":
            import psycopg2

            return psycopg2.connect(**given)
        import pg8000.dbapi

        return pg8000.dbapi.connect(**given, ssl_context=False)
    given = {**databases["mariadb"], **more}
    if name == "pymysql":
        import pymysql

        # Reading the authorities of the system takes 60 ms for each connection.
        return pymysql.connect(**given, ssl_disabled=True)
    import mysql.connector

    # MariaDB lacks the collation that this driver chooses by itself.
    given |= {"charset": "utf8mb4", "collation": "utf8mb4_general_ci", "use_pure": True}
    return mysql.connector.connect(**given)


class DatabaseShop:
    """A balance in a table."""

    def __init__(self, databases, kind):
        self.connect = lambda: connect(databases, kind)
        name = uuid4().hex
        self.table, self.balance = f"inbox_{name}", f"balance_{name}"
        self.execute(f"CREATE TABLE {self.balance} (amount BIGINT)")

    def execute(self, statement):
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else None
            connection.commit()
            return rows

    def store(self, connect=None):
        return lomi.inbox.DatabaseStore(connect or self.connect, self.table)

    def write(self, transaction, amount):
        with closing(transaction.cursor()) as cursor:
            cursor.execute(f"INSERT INTO {self.balance} VALUES ({amount})")

    def amounts(self):
        return sorted(int(amount) for (amount,) in self.execute(f"SELECT * FROM {self.balance}"))

    def marks(self):
        return self.execute(f"SELECT event_name, detail FROM {self.table} ORDER BY detail")

    def cursor(self):
        return self.store().load_cursor()


class DjangoShop:
    """A balance in a model."""

    def __init__(self, using):
        from django.db import connections, models

        name = uuid4().hex
        self.using, self.table = using, f"inbox_{name}"
        meta = type("Meta", (), {"app_label": "shop", "db_table": f"balance_{name}"})
        members = {"__module__": __name__, "Meta": meta, "amount": models.BigIntegerField()}
        self.model = type(f"Balance{name}", (models.Model,), members)
        with connections[using].schema_editor() as editor:
            editor.create_model(self.model)

    def store(self):
        from lomi.contrib.django import DjangoInboxStore

        return DjangoInboxStore(self.using, self.table)

    def write(self, transaction, amount):
        from django.db import connections

        assert transaction is connections[self.using]
        self.model.objects.using(self.using).create(amount=amount)

    def amounts(self):
        return sorted(self.model.objects.using(self.using).values_list("amount", flat=True))

    def marks(self):
        from django.db import connections

        with connections[self.using].cursor() as cursor:
            cursor.execute(f"SELECT event_name, detail FROM {self.table} ORDER BY detail")
            return cursor.fetchall()

    def cursor(self):
        return self.store().load_cursor()


class RedisShop:
    """A balance in a list."""

    def __init__(self, databases, **more):
        import redis

        self.client = redis.Redis(**databases["redis"], decode_responses=True)
        self.prefix = f"{uuid4().hex}:"
        self.more = more

    def store(self, **more):
        return lomi.inbox.RedisStore(self.client, self.prefix, **{**self.more, **more})

    def write(self, transaction, amount):
        transaction.queue("RPUSH", f"{self.prefix}balance", amount)

    def amounts(self):
        return sorted(int(amount) for amount in self.client.lrange(f"{self.prefix}balance", 0, -1))

    def cursor(self):
        return self.store().load_cursor()


def shop(databases, kind):
    if kind == "redis":
        return RedisShop(databases)
    if kind in DJANGO:
        return DjangoShop(kind.partition("-")[2])
    return DatabaseShop(databases, kind)


def event(number, source=None):
    return lomi.Event(id=f"evt_{number}", event="PAYOUT_CREATED", source=source)


class Missing:
    """A client that brings given events; the cursor is their number."""

    def __init__(self, *events):
        self.events = events
        self.asked = []

    def reconcile(self, since):
        self.asked.append(since)
        self.cursor = since
        start = int(since) if since.isdecimal() else 0

        class Missed:
            cursor = since

            def __iter__(missed):
                for number, each in enumerate(self.events[start:], start + 1):
                    missed.cursor = str(number)
                    yield each, missed.cursor
                missed.cursor = str(len(self.events))

        return Missed()
