"""Webhooks that are delivered twice, and checks before a webhook is trusted."""

import asyncio
import datetime
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

import lomi
from conftest import ROOT
from lomi import webhooks

SECRET = "whsec_test"


def payment(id, transaction, status="completed"):
    data = {"transaction_id": transaction, "status": status}
    return lomi.Event(id=id, event="PAYMENT_SUCCEEDED", data=data)


def renewal(id):
    data = {"subscription_id": "sub_1", "status": "active", "amount": 500}
    return lomi.Event(id=id, event="SUBSCRIPTION_RENEWED", data=data)


class Redis:
    """A client with what the store uses of redis-py."""

    def __init__(self):
        self.keys = {}
        self.lock = threading.Lock()

    def set(self, name, value, *, nx, ex):
        assert nx and isinstance(ex, int) and ex > 0 and value == 1
        with self.lock:
            if name in self.keys:
                return None
            self.keys[name] = ex
            return True

    def delete(self, name):
        return self.keys.pop(name, None) is not None


class AsyncRedis:
    """The same of redis.asyncio."""

    def __init__(self):
        self.redis = Redis()

    async def set(self, *arguments, **named):
        await asyncio.sleep(0)
        return self.redis.set(*arguments, **named)

    async def delete(self, name):
        return self.redis.delete(name)


@pytest.fixture(params=["memory", "redis", "rows", "one connection", "callback"])
def guard(request, tmp_path):
    path = tmp_path / "shop.db"
    if request.param == "memory":
        return webhooks.ReplayGuard()
    if request.param == "redis":
        return webhooks.ReplayGuard(store=webhooks.RedisStore(Redis(), "shop:"))
    if request.param == "callback":
        keys, lock = set(), threading.Lock()

        def remember(key, ttl):
            with lock:
                return key not in keys and keys.add(key) is None

        return webhooks.ReplayGuard(store=webhooks.CallbackStore(remember, keys.discard))
    connection = sqlite3.connect(path, check_same_thread=False)
    one = request.param == "one connection"
    store = webhooks.DatabaseStore(
        connection if one else lambda: sqlite3.connect(path, timeout=30), "deliveries"
    )
    store.create_table()
    return webhooks.ReplayGuard(store=store)


def test_a_delivery_that_comes_again_is_known(guard):
    assert guard.first_time(payment("1", "a"))
    assert not guard.first_time(payment("1", "a"))
    assert not guard.first_time(payment("2", "a")), "a new id for the same payment"
    assert not guard.first_time(payment("3", "a", "refunded")), "refunded since"
    assert guard.first_time(payment("3", "a", "failed"))
    assert guard.first_time(renewal("4")) and guard.first_time(renewal("5"))
    assert not guard.first_time(renewal("4"))
    guard.forget(renewal("4"))
    assert guard.first_time(renewal("4")) and not guard.first_time(renewal("5"))


def test_of_many_threads_one_is_the_first(guard):
    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            event = renewal(str(number))
            said = list(pool.map(lambda _: guard.first_time(event), range(16)))  # noqa: B023
            assert said.count(True) == 1


def test_a_handler_that_failed_is_called_again(guard):
    def fails(event):
        raise OSError("the printer burns")

    for _ in range(2):
        with pytest.raises(OSError):
            guard.once(renewal("1"), fails)
    handled = []
    assert guard.once(renewal("1"), handled.append)
    assert not guard.once(renewal("1"), handled.append)
    assert len(handled) == 1


def test_asynchronous_stores():
    async def run():
        guard = webhooks.AsyncReplayGuard(store=webhooks.RedisStore(AsyncRedis()))
        events = [payment("1", "a"), payment("2", "a"), renewal("1"), renewal("2")]
        said = await asyncio.gather(*(guard.first_time(event) for event in events * 3))
        assert said.count(True) == 3

        async def fails(event):
            raise OSError

        with pytest.raises(OSError):
            await guard.once(renewal("3"), fails)
        assert await guard.first_time(renewal("3"))
        memory = webhooks.AsyncReplayGuard()
        assert await memory.first_time(renewal("1")) and not await memory.first_time(renewal("1"))

    asyncio.run(run())
    # Every coroutine is true: each delivery would seem to be the first.
    guard = webhooks.ReplayGuard(store=webhooks.RedisStore(AsyncRedis()))
    with pytest.raises(lomi.ConfigurationError, match="AsyncReplayGuard"):
        guard.first_time(renewal("1"))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_handler_that_runs_out_of_time_is_called_again(backend):
    class Store:
        def __init__(self):
            self.keys = set()

        async def remember(self, key, ttl):
            await anyio.sleep(0.01)
            return key not in self.keys and self.keys.add(key) is None

        async def forget(self, key):
            # Each await is cancelled again in a scope that is.
            await anyio.sleep(0.01)
            self.keys.discard(key)

    async def run():
        guard = webhooks.AsyncReplayGuard(store=Store())

        async def handler(event):
            await anyio.sleep(60)

        with anyio.move_on_after(0.1) as scope:
            await guard.once(renewal("1"), handler)
        assert scope.cancelled_caught
        assert await guard.first_time(renewal("1"))

    anyio.run(run, backend=backend)


def test_memory_is_bounded():
    guard = webhooks.ReplayGuard(3)
    for number in range(10):
        assert guard.first_time(renewal(str(number)))
    assert [guard.first_time(renewal(str(n))) for n in (7, 8, 9, 0)] == [False] * 3 + [True]


def test_a_row_ends_and_a_refusal_of_another_sort_is_no_duplicate(tmp_path):
    connection = sqlite3.connect(tmp_path / "shop.db")
    store = webhooks.DatabaseStore(connection)
    store.create_table()
    assert store.remember("a", 60) and not store.remember("a", 60)
    connection.execute("UPDATE lomi_webhook_deliveries SET remembered_until = 1")
    connection.commit()
    assert store.remember("a", 60) and not store.remember("a", float("inf"))
    store.delete_expired()
    assert not store.remember("a", 60)
    connection.execute("CREATE TABLE strict (delivery_key TEXT, remembered_until INT, x NOT NULL)")
    with pytest.raises(sqlite3.IntegrityError):
        webhooks.DatabaseStore(connection, "strict").remember("a", 60)
    for name in ("a b", "a;--", "", "1"):
        with pytest.raises(lomi.ConfigurationError):
            webhooks.DatabaseStore(connection, name)


def test_the_key_is_the_same_in_every_language():
    assert webhooks.ReplayGuard.key(lomi.Event(id="evt_1", event="X")) == EVT_1
    body = b'{"id":"evt_1","event":"X","data":{"n":123456789012345678901234567890}}'
    event = webhooks.construct_event(body, webhooks.sign(body, SECRET), SECRET)
    assert webhooks.ReplayGuard.key(event) == EVT_1
    with pytest.raises(lomi.ValidationError, match="no id"):
        webhooks.ReplayGuard.key(lomi.Event(event="X"))
    for store in (5, "redis"):
        with pytest.raises(lomi.ConfigurationError):
            webhooks.ReplayGuard(store=store)
    for ttl in (0, -1, float("nan"), datetime.timedelta()):
        with pytest.raises(lomi.ConfigurationError, match="ttl"):
            webhooks.ReplayGuard(ttl=ttl)
    for nothing in (None, "OK", 1):
        with pytest.raises(lomi.ConfigurationError, match="True or False"):
            webhooks.ReplayGuard(store=lambda key, ttl: nothing).first_time(renewal("1"))  # noqa: B023
    one_function = webhooks.ReplayGuard(store=lambda key, ttl: True)
    assert one_function.first_time(renewal("1"))
    with pytest.raises(lomi.ConfigurationError, match="forget"):
        one_function.forget(renewal("1"))


EVT_1 = "lomi-webhook-09b717cc626caf8648feae8e12622fb280f31f5f0c58d07e7fba2dc1f0468640"


def test_an_unproven_body_costs_no_memory():
    program = """
import resource, lomi, lomi.webhooks, lomi.errors
body = b"[" + b"0," * (7 << 20) + b"0]"
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
before = peak()
try:
    lomi.webhooks.construct_event(body, "0" * 64, "whsec_test")
except lomi.SignatureVerificationError:
    print(peak() - before)
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    grown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, env=env
    )
    assert grown.returncode == 0, grown.stderr
    assert int(grown.stdout) < 8, "MiB for a body of 14 MiB"


def test_secrets_of_the_environment_are_replaced(monkeypatch):
    body = b'{"id":"1","event":"X"}'
    monkeypatch.setenv("LOMI_WEBHOOK_SECRET", " whsec_new , whsec_old")
    for secret in ("whsec_new", "whsec_old"):
        assert webhooks.construct_event(body, webhooks.sign(body, secret)).id == "1"
    assert webhooks.sign(body) == webhooks.sign(body, "whsec_new")
    monkeypatch.setenv("LOMI_WEBHOOK_SECRET", '"whsec_new"')
    with pytest.raises(lomi.ConfigurationError, match="quotes"):
        webhooks.construct_event(body, webhooks.sign(body, "whsec_new"))
