"""The inbox, in every database and with every driver: one effect per event."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

import lomi
from shops import KINDS, Missing, RedisShop, event


@pytest.fixture(params=KINDS)
def shop(shop_in, request):
    made = shop_in(request.param)
    made.inbox = lomi.Inbox(made.store())
    made.inbox.create_table()
    made.inbox.create_table()
    return made


def payment(transaction_id, source=None):
    data = {"transaction_id": transaction_id, "status": "completed", "gross_amount": 5}
    id = uuid4().hex  # another one with each delivery
    return lomi.Event(id=id, event="PAYMENT_SUCCEEDED", data=data, source=source)


def test_each_event_has_one_effect(shop):
    seen = []

    def handler(event, transaction):
        seen.append(event.id)
        shop.write(transaction, 100)

    assert shop.inbox.handle(event(1), handler) is True
    assert shop.inbox.handle(event(1), handler) is False
    assert shop.inbox.handle(event(2), handler) is True
    assert seen == ["evt_1", "evt_2"] and shop.amounts() == [100, 100]


def test_a_handler_that_fails_is_called_again(shop):
    def fails(event, transaction):
        shop.write(transaction, 1)
        raise OSError("the printer burns")

    for _ in range(2):
        with pytest.raises(OSError, match="printer"):
            shop.inbox.handle(event(1), fails)
    assert shop.amounts() == []
    assert shop.inbox.handle(event(1), lambda _, transaction: shop.write(transaction, 2))
    assert not shop.inbox.handle(event(1), fails)
    assert shop.amounts() == [2]


def test_of_many_threads_one_hands_over(shop):
    count = 4
    barrier = Barrier(count)

    def deliver(number):
        barrier.wait()
        try:
            return shop.inbox.handle(event(number), lambda _, made: shop.write(made, number))
        finally:
            if hasattr(shop, "using"):
                from django.db import connections

                connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        for number in range(5):
            given = list(pool.map(deliver, [number] * count))
            assert given.count(True) == 1, given
    assert shop.amounts() == [0, 1, 2, 3, 4]


def test_a_webhook_and_reconcile_bring_one_effect(shop):
    def handler(event, transaction):
        shop.write(transaction, 1)

    assert shop.inbox.handle(payment("a"), handler)
    assert not shop.inbox.handle(payment("a", "reconcile"), handler)
    assert shop.inbox.handle(payment("b", "reconcile"), handler)
    assert not shop.inbox.handle(payment("b"), handler)
    assert shop.amounts() == [1, 1]
    if hasattr(shop, "marks"):
        marks = [tuple(row) for row in shop.marks()]
        assert marks == [("PAYMENT_SUCCEEDED", "reconcile"), ("PAYMENT_SUCCEEDED", "webhook")]


def test_the_cursor_is_in_the_same_transaction(shop):
    client = Missing(*map(event, range(5)))

    def fails_once(event, transaction):
        shop.write(transaction, int(event.id[4:]))
        if event.id == "evt_3" and len(client.asked) == 1:
            assert shop.cursor() == "3", "of the last event that was committed"
            raise OSError("a full disk")

    with pytest.raises(lomi.ValidationError, match="since"):
        shop.inbox.reconcile(client, fails_once)
    with pytest.raises(OSError):
        shop.inbox.reconcile(client, fails_once, since="2026-01-01")
    assert shop.cursor() == "3" and shop.amounts() == [0, 1, 2]
    assert shop.inbox.reconcile(client, fails_once, since="2026-01-01") == 2
    assert shop.inbox.reconcile(client, fails_once) == 0
    assert client.asked == ["2026-01-01", "3", "5"]
    assert shop.cursor() == "5" and shop.amounts() == [0, 1, 2, 3, 4]


def test_the_cursor_moves_over_what_was_handled(shop_in):
    shop = shop_in("sqlite3")
    inbox = lomi.Inbox(shop.store())
    inbox.create_table()
    events = [event(number) for number in range(120)]
    for each in events:
        inbox.handle(each, lambda *given: None)

    def fails(event, transaction):
        raise OSError

    with pytest.raises(OSError):
        inbox.reconcile(Missing(*events, event(120)), fails, since="2026-01-01")
    assert shop.cursor() == "100"


def test_old_marks_are_deleted(shop):
    shop.inbox.handle(event(1), lambda *given: None)
    shop.inbox.reconcile(Missing(event(2)), lambda *given: None, "2026-01-01")
    assert shop.inbox.delete_old(days=1) == 0
    for days in (0, -1):
        with pytest.raises(lomi.ValidationError):
            shop.inbox.delete_old(days)
    if not isinstance(shop, RedisShop):
        assert shop.inbox._store.delete_old(2**40) == 2, "not the cursor"
        assert shop.inbox.handle(event(1), lambda *given: None)
    assert shop.cursor() == "1"


async def coroutine(event, transaction):
    raise AssertionError("it never runs")


async def stream(event, transaction):
    yield


def generator(event, transaction):
    yield


@pytest.mark.parametrize("handler", [coroutine, stream, generator])
def test_a_handler_that_has_not_run_is_refused(shop, handler):
    with pytest.raises(lomi.ConfigurationError, match="plain function"):
        shop.inbox.handle(event(1), handler)
    assert shop.inbox.handle(event(1), lambda *given: None), "it was not marked"


def test_what_is_no_client_and_no_store_is_refused(shop_in):
    inbox = lomi.Inbox(shop_in("redis").store())
    with pytest.raises(lomi.ConfigurationError, match="AsyncLomiClient"):
        inbox.reconcile(lomi.AsyncLomiClient("lomi_sk_test_1"), print, since="2026-01-01")
    for store in (None, lomi.webhooks.RedisStore(None), sqlite3.connect(":memory:")):
        with pytest.raises(lomi.ConfigurationError, match="lomi.inbox.DatabaseStore"):
            lomi.Inbox(store)
    with pytest.raises(lomi.ValidationError, match="no id"):
        inbox.handle(lomi.Event(event="X"), print)
