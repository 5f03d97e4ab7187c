"""What is different in each store of the inbox: transactions, connections, leases."""

import asyncio
import sqlite3
from contextlib import closing, contextmanager
from threading import Thread
from uuid import uuid4

import pytest

import lomi
from shops import DJANGO, DRIVERS, KINDS, Missing, connect, event

# The DB-API.


@contextmanager
def inbox_on(shop, connection):
    with closing(connection):
        inbox = lomi.Inbox(shop.store(connection))
        inbox.create_table()
        yield inbox


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.partition("-")[0] in DRIVERS])
def test_one_connection(shop_in, kind):
    shop = shop_in(kind)
    with inbox_on(shop, shop.connect()) as inbox:
        for number in (1, 1, 2):
            inbox.handle(event(number), lambda _, made: shop.write(made, 7))
        assert shop.amounts() == [7, 7]
        with pytest.raises(lomi.ConfigurationError, match="one connection"):
            inbox.handle(event(3), lambda *given: inbox.handle(event(4), shop.write))
        assert inbox.handle(event(3), lambda *given: None)


@pytest.mark.parametrize("kind", ["sqlite3", "psycopg", "psycopg2", "pymysql", "mysql.connector"])
def test_a_connection_within_a_transaction_is_refused(shop_in, kind):
    shop = shop_in(kind)
    with inbox_on(shop, shop.connect()) as inbox:
        shop.write(inbox._store._connect, 3)
        with pytest.raises(lomi.ConfigurationError, match="in a transaction already"):
            inbox.handle(event(1), shop.write)
        inbox._store._connect.commit()
        assert inbox.handle(event(1), lambda *given: None) and shop.amounts() == [3]


@pytest.mark.parametrize("way", ["commit", "rollback", "statement"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.partition("-")[0] in DRIVERS])
def test_a_handler_that_ends_the_transaction_is_told(shop_in, kind, way):
    shop = shop_in(kind)
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()

    def handler(event, connection):
        shop.write(connection, 1)
        if way == "statement":
            with closing(connection.cursor()) as cursor:
                cursor.execute("ROLLBACK")
        else:
            getattr(connection, way)()
        shop.write(connection, 2)

    with pytest.raises(lomi.InboxRolledBackError, match="the handler ended the transaction"):
        inbox.handle(event(1), handler)
    if way != "commit":
        assert 1 not in shop.amounts()
        assert inbox.handle(event(1), lambda *given: None), "the mark was rolled back too"


@pytest.mark.parametrize("kind", ["pymysql", "mysql.connector-autocommit"])
def test_a_statement_that_commits_is_told(shop_in, kind):
    shop = shop_in(kind)
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()

    def handler(event, connection):
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"CREATE TABLE made_{uuid4().hex} (a INT)")

    with pytest.raises(lomi.InboxRolledBackError, match="the handler ended the transaction"):
        inbox.handle(event(1), handler)


@pytest.mark.parametrize("kind", ["psycopg", "psycopg-autocommit", "psycopg2", "pg8000"])
def test_an_error_of_postgresql_that_the_handler_caught_undoes_all(shop_in, kind):
    shop = shop_in(kind)
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()

    def handler(event, connection):
        shop.write(connection, 1)
        try:
            shop.write(connection, "'no number'")
        except Exception:
            pass

    # COMMIT would roll back, and give no error.
    with pytest.raises(lomi.InboxRolledBackError, match="was rolled back"):
        inbox.handle(event(1), handler)
    assert shop.amounts() == [] and inbox.handle(event(1), lambda *given: None)


def test_a_table_without_transactions_is_refused(shop_in):
    shop = shop_in("pymysql")
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()
    shop.execute(f"ALTER TABLE {shop.table} ENGINE=MyISAM")
    with pytest.raises(lomi.ConfigurationError, match="ENGINE=InnoDB"):
        inbox.handle(event(1), shop.write)
    schema = lomi.Inbox(lomi.inbox.DatabaseStore(shop.connect, f"shop.{shop.table}"))
    with pytest.raises(lomi.ConfigurationError, match="ENGINE=InnoDB"):
        schema.handle(event(1), shop.write)
    shop.execute(f"ALTER TABLE {shop.table} ENGINE=InnoDB")
    assert schema.handle(event(1), lambda *given: None)


def test_a_row_that_was_refused_is_no_duplicate(shop_in):
    shop = shop_in("pymysql")
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()
    shop.execute(f"ALTER TABLE {shop.table} ADD UNIQUE (event_name)")
    assert inbox.handle(event(1), lambda *given: None)
    with pytest.raises(lomi.ConfigurationError, match="was not handled"):
        inbox.handle(event(2), shop.write)


def test_rows_of_other_forms(databases, shop_in):
    import psycopg.rows
    import pymysql.cursors

    for kind, change in (
        ("sqlite3", ("row_factory", sqlite3.Row)),
        ("psycopg", ("row_factory", psycopg.rows.dict_row)),
        ("pymysql", ("cursorclass", pymysql.cursors.DictCursor)),
    ):
        shop = shop_in(kind)

        def changed(kind=kind, change=change):
            connection = connect(databases, kind)
            setattr(connection, *change)
            return connection

        inbox = lomi.Inbox(shop.store(changed))
        inbox.create_table()
        assert inbox.reconcile(Missing(event(1)), lambda *given: None, "2026-01-01") == 1
        assert not inbox.handle(event(1), shop.write) and shop.cursor() == "1"


def test_other_connections(databases, shop_in):
    shop = shop_in("psycopg")

    @contextmanager
    def lend():  # as a pool of psycopg does
        with closing(shop.connect()) as connection:
            yield connection

    inbox = lomi.Inbox(shop.store(lend))
    inbox.create_table()
    assert inbox.handle(event(1), lambda _, made: shop.write(made, 5)) and shop.amounts() == [5]

    class Wrapped:
        """A wrapper that says nothing about its driver."""

        def __init__(self):
            self._connection = connect(databases, "psycopg")

        def __getattr__(self, name):
            return getattr(self._connection, name)

    with pytest.raises(lomi.ConfigurationError, match="dialect="):
        lomi.Inbox(shop.store(Wrapped)).handle(event(2), shop.write)
    named = lomi.Inbox(lomi.inbox.DatabaseStore(Wrapped, shop.table, "postgresql"))
    assert named.handle(event(2), lambda _, made: shop.write(made, 6)) and shop.amounts() == [5, 6]

    async def asynchronous():
        return shop.connect()

    for wrong in (asynchronous, lambda: None, lambda: 5):
        with pytest.raises(lomi.ConfigurationError, match="blocking connection"):
            lomi.Inbox(shop.store(wrong)).handle(event(3), shop.write)
    for given in ("postgresql://shop", {}, None):
        with pytest.raises(lomi.ConfigurationError):
            lomi.inbox.DatabaseStore(given)
    for table in ("a b", "a;--", "", "1"):
        with pytest.raises(lomi.ConfigurationError, match="plain name"):
            lomi.inbox.DatabaseStore(shop.connect, table)
    with pytest.raises(lomi.ConfigurationError, match="dialect is one of"):
        lomi.inbox.DatabaseStore(shop.connect, dialect="oracle")


def test_errors_of_the_driver_pass_on(shop_in):
    import psycopg

    shop = shop_in("psycopg")
    inbox = lomi.Inbox(shop.store())
    with pytest.raises(psycopg.errors.UndefinedTable):
        inbox.handle(event(1), shop.write)
    inbox.create_table()

    def closes(event, connection):
        connection.close()

    with pytest.raises(psycopg.OperationalError):
        inbox.handle(event(1), closes)
    assert inbox.handle(event(1), lambda *given: None)


# Django.


@pytest.mark.parametrize("kind", DJANGO)
def test_django_rolls_nothing_back_silently(shop_in, kind):
    from django.db import DatabaseError, transaction

    shop = shop_in(kind)
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()

    def catches(event, connection):
        shop.write(connection, 1)
        try:
            with transaction.atomic(using=shop.using, savepoint=False):
                raise DatabaseError("a query failed")
        except DatabaseError:
            pass

    with pytest.raises(lomi.InboxRolledBackError, match="was rolled back"):
        inbox.handle(event(1), catches)
    assert shop.amounts() == [] and inbox.handle(event(1), lambda *given: None)

    def commits(event, connection):
        shop.write(connection, 1)
        connection.connection.commit()

    with pytest.raises(DatabaseError):
        inbox.handle(event(2), commits)

    with pytest.raises(OSError), transaction.atomic(using=shop.using):
        assert inbox.handle(event(3), lambda _, made: shop.write(made, 3))
        raise OSError  # the shop's block is undone, and the mark with it
    assert inbox.handle(event(3), lambda _, made: shop.write(made, 4))
    assert 3 not in shop.amounts() and 4 in shop.amounts()


def test_django_without_autocommit(shop_in):
    from django.db import connections, transaction

    shop = shop_in("django-sqlite")
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()
    transaction.set_autocommit(False, using=shop.using)
    try:
        with pytest.raises(lomi.ConfigurationError, match="AUTOCOMMIT"):
            inbox.handle(event(1), shop.write)
    finally:
        transaction.set_autocommit(True, using=shop.using)
    with pytest.raises(lomi.ConfigurationError, match="DjangoInboxStore"):
        store = lomi.inbox.DatabaseStore(connections[shop.using])
        lomi.Inbox(store).handle(event(1), shop.write)


# Redis.


def test_redis_waits_for_another_process(shop_in):
    shop = shop_in("redis")
    inbox = lomi.Inbox(shop.store())
    results = []

    def slow(event, transaction):
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive() and results == []
        with pytest.raises(lomi.InboxBusyError) as raised:
            lomi.Inbox(shop.store(wait=0.05)).handle(event, shop.write)
        assert 50 < raised.value.retry_after <= 60
        shop.write(transaction, 1)

    waiting = Thread(target=lambda: results.append(inbox.handle(event(1), shop.write)))
    assert inbox.handle(event(1), slow)
    waiting.join()
    assert results == [False] and shop.amounts() == [1]


def test_redis_after_a_process_that_was_killed(shop_in):
    shop = shop_in("redis")
    dead = shop.store(lease=0.2)
    assert dead._claim(dead._prefix + lomi.webhooks.ReplayGuard.key(event(1)), "a token")
    assert lomi.Inbox(shop.store()).handle(event(1), lambda _, made: shop.write(made, 1))
    assert shop.amounts() == [1]


def test_redis_after_the_lease(shop_in):
    shop = shop_in("redis")
    inbox = lomi.Inbox(shop.store(lease=0.05))

    def too_slow(event, transaction):
        shop.write(transaction, 1)
        assert inbox.handle(event, lambda _, made: shop.write(made, 2)), "the lease ends"

    with pytest.raises(lomi.InboxLeaseLostError, match="lease of 0.05 s"):
        inbox.handle(event(1), too_slow)
    assert shop.amounts() == [2]


def test_redis_repeats_a_script_whose_response_was_lost(shop_in):
    shop = shop_in("redis")

    class Twice:
        """A client that sends every script twice, as redis-py does when a response is lost."""

        def eval(self, *given):
            shop.client.eval(*given)
            return shop.client.eval(*given)

    inbox = lomi.Inbox(lomi.inbox.RedisStore(Twice(), shop.prefix))
    assert inbox.handle(event(1), lambda _, made: shop.write(made, 1))
    assert not inbox.handle(event(1), shop.write) and shop.amounts() == [1]


def test_commands_of_redis(databases, shop_in):
    import redis.asyncio

    shop = shop_in("redis")
    inbox = lomi.Inbox(shop.store())
    kept = []

    def handler(event, transaction):
        kept.append(transaction)
        assert transaction.client is shop.client
        transaction.queue("SET", shop.prefix + "name", 'Aïssa "\0\n')
        transaction.queue("INCRBY", shop.prefix + "large", 2**62 + 1)
        transaction.queue("SET", shop.prefix + "half", 0.5)
        for wrong in (b"\xff", None, True, ["a"], "\ud800"):
            with pytest.raises(lomi.ValidationError, match="argument"):
                transaction.queue("SET", "key", wrong)
        with pytest.raises(lomi.ValidationError, match="arguments"):
            transaction.queue("RPUSH", "key", *range(8000))

    assert inbox.handle(event(1), handler)
    names = [shop.prefix + name for name in ("name", "large", "half")]
    assert shop.client.mget(names) == ['Aïssa "\0\n', str(2**62 + 1), "0.5"]
    with pytest.raises(lomi.ConfigurationError, match="has returned"):
        kept[0].queue("SET", "key", "late")

    def refused(event, transaction):
        transaction.queue("INCRBY", shop.prefix + "name", 1)

    with pytest.raises(redis.ResponseError):
        inbox.handle(event(2), refused)
    assert inbox.handle(event(2), lambda *given: None), "the claim was given back"
    raw = redis.Redis(**databases["redis"])
    assert lomi.inbox.RedisStore(raw, shop.prefix).load_cursor() is None
    inbox._store.store_cursor("c")
    assert lomi.inbox.RedisStore(raw, shop.prefix).load_cursor() == "c"

    async def asynchronous():
        client = redis.asyncio.Redis(**databases["redis"])
        with pytest.raises(lomi.ConfigurationError, match="asyncio"):
            lomi.Inbox(lomi.inbox.RedisStore(client)).handle(event(1), shop.write)

    asyncio.run(asynchronous())
    for wrong in ({"lease": 0}, {"keep_days": 0}, {"wait": -1}):
        with pytest.raises(lomi.ConfigurationError):
            lomi.inbox.RedisStore(shop.client, **wrong)
