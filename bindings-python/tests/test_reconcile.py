"""The events that a program has missed, against the sandbox."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import pytest

import lomi
from conftest import ROOT

PACKAGE = ROOT / "bindings-python"
KEY = lomi.webhooks.ReplayGuard.key


@pytest.fixture
def shop():
    """A client of a sandbox of its own."""
    binary = os.environ.get("LOMI_SANDBOX", ROOT / "target" / "debug" / "lomi-sandbox")
    with subprocess.Popen([binary, "--quiet", "--port", "0"], stdout=subprocess.PIPE) as process:
        said = json.loads(process.stdout.readline())
        yield lomi.LomiClient(said["test_key"], base_url=said["url"])
        process.terminate()


def pay(client, *amounts):
    for amount in amounts:
        session = client.checkout_sessions.create(amount=amount, currency_code="XOF")
        path = f"/_sandbox/sessions/{session.checkout_session_id}/pay"
        client.request("POST", path, body={})


def awaited(client):
    """The same client for asyncio."""
    return lomi.AsyncLomiClient(**client._settings)


def names(events):
    return Counter(event.event for event, _ in events)


THREE = {"PAYMENT_SUCCEEDED": 3, "CHECKOUT_SESSION_COMPLETED": 3}
ONE = {"PAYMENT_SUCCEEDED": 1, "CHECKOUT_SESSION_COMPLETED": 1}


def test_what_has_ended_is_brought_once(shop):
    pay(shop, 5001, 5002, 5003)
    missed = shop.reconcile(since="2020-01-01")
    assert isinstance(missed, lomi.MissedEvents) and missed.cursor == "2020-01-01"
    events = list(missed)
    assert names(events) == THREE
    amounts = []
    for event, cursor in events:
        assert isinstance(event, lomi.Event) and event.source == "reconcile"
        assert isinstance(cursor, str) and len(cursor) < 2048
        if event.event == lomi.WebhookEvent.PAYMENT_SUCCEEDED:
            assert isinstance(event.data, lomi.Transaction)
            amounts.append(event.data.gross_amount)
        else:
            assert isinstance(event.data, lomi.CheckoutSession)
    assert amounts == [5001, 5002, 5003]
    assert next(missed, None) is None
    assert missed.cursor != events[-1][1], "the cursor of the next run"

    again = shop.reconcile(missed.cursor)
    assert list(again) == []
    pay(shop, 5004)
    more = list(shop.reconcile(again.cursor))
    assert names(more) == ONE
    assert len({KEY(event) for event, _ in events + more}) == len(events + more)


def test_awaited(shop):
    pay(shop, 5001, 5002, 5003)

    async def main():
        missed = awaited(shop).reconcile(since="2020-01-01")
        assert isinstance(missed, lomi.AsyncMissedEvents)
        events = [found async for found in missed]
        assert names(events) == THREE
        assert [found async for found in awaited(shop).reconcile(missed.cursor)] == []
        return events

    events = [event for event, _ in asyncio.run(main())]
    assert events == [event for event, _ in shop.reconcile("2020-01-01")]
    assert events == [event for event, _ in pytest.importorskip("trio").run(main)]


def test_under_gevent(shop):
    pytest.importorskip("gevent")
    pay(shop, 5001)
    code = (
        "import gevent.monkey; gevent.monkey.patch_all(); import lomi, sys;"
        f"client = lomi.LomiClient(sys.argv[1], base_url={shop.base_url!r});"
        "print(len(list(client.reconcile('2020-01-01'))))"
    )
    env = {**os.environ, "PYTHONPATH": str(PACKAGE / "python")}
    command = [sys.executable, "-c", code, shop._settings["api_key"]]
    ran = subprocess.run(command, capture_output=True, env=env)
    assert ran.stdout.decode().strip() == "2", ran.stderr


def test_a_crash_loses_nothing(shop):
    pay(shop, 5001, 5002, 5003)
    handled = []
    for event, cursor in shop.reconcile("2020-01-01"):
        handled.append((event, cursor))
        if len(handled) == 2:
            break
    rest = list(shop.reconcile(cursor))
    assert names(handled + rest) == THREE

    async def main():
        return [found async for found in awaited(shop).reconcile(cursor)]

    assert asyncio.run(main()) == rest


def test_a_webhook_and_reconcile_bring_the_same_event(shop):
    deliveries = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            deliveries.put((body, self.headers["X-Lomi-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *ignored):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/hook"
        hook = shop.webhooks.create(url=url, authorized_events=["PAYMENT_SUCCEEDED"])
        pay(shop, 7000)
        delivery = deliveries.get(timeout=20)
        server.shutdown()
    by_webhook = lomi.webhooks.construct_event(*delivery, hook.secret)
    found = [event for event, _ in shop.reconcile("2020-01-01")]
    (paid,) = (event for event in found if event.event == "PAYMENT_SUCCEEDED")
    assert type(paid) is type(by_webhook) and type(paid.data) is type(by_webhook.data)
    assert KEY(paid) == KEY(by_webhook)
    guard = lomi.webhooks.ReplayGuard()
    assert guard.first_time(by_webhook) and not guard.first_time(paid)


def test_a_time(shop):
    pay(shop, 5001)
    now = datetime.now(timezone.utc)
    east = timezone(timedelta(hours=9))
    for since in (now - timedelta(hours=1), now.astimezone(east) - timedelta(hours=1), now.date()):
        assert names(shop.reconcile(since)) == ONE
    assert list(shop.reconcile(now + timedelta(hours=1))) == []


@pytest.mark.parametrize(
    "since",
    ["", "yesterday", "{}", '{"v":2}', "\ud800", None, 5, b"2026-01-01", datetime(2026, 1, 1)],
)
def test_a_since_that_is_none_is_refused_before_anything_is_sent(talk, since):
    client = talk(200, [])
    for each in (client, awaited(client)):
        with pytest.raises(lomi.ValidationError, match="since"):
            each.reconcile(since)
    assert client.server.requests == []


def test_after_an_error_the_same_request_is_made_again(talk):
    client = talk(None, max_retries=0)
    client.server.answer = lambda request: (500, {}, {})
    missed, awaiting = client.reconcile("2026-01-01"), awaited(client).reconcile("2026-01-01")
    with pytest.raises(lomi.ServerError):
        next(missed)
    with pytest.raises(lomi.ServerError):
        asyncio.run(awaiting.__anext__())
    client.server.answer = lambda request: (200, {}, {"success": True, "data": []})
    assert list(missed) == []
    paths = [request.path for request in client.server.requests]
    assert paths[0] == paths[1] == paths[2], "where the error was"

    async def main():
        return [found async for found in awaiting]

    assert asyncio.run(main()) == []
    assert client.server.requests[len(paths)].path == paths[0]
    assert missed.cursor.startswith("{")


def test_a_cancelled_task_can_go_on(shop):
    pay(shop, 5001, 5002, 5003)
    fault = {"fault": "latency=3000", "count": 1, "method": "GET"}
    shop.request("POST", "/_sandbox/faults", body=fault)

    async def main():
        missed = awaited(shop).reconcile("2020-01-01")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(missed.__anext__(), 0.2)
        return [found async for found in missed]

    assert names(asyncio.run(main())) == THREE


def test_two_tasks_cannot_read_at_once(shop):
    pay(shop, 5001, 5002, 5003)

    async def main():
        missed = awaited(shop).reconcile("2020-01-01")
        first, second = await asyncio.gather(
            missed.__anext__(), missed.__anext__(), return_exceptions=True
        )
        assert isinstance(second, RuntimeError)
        return [first] + [found async for found in missed]

    assert names(asyncio.run(main())) == THREE


def test_the_hooks_are_called(shop):
    pay(shop, 5001)
    seen = []
    client = shop.with_options(on_request=lambda event: seen.append(event.operation))
    assert names(client.reconcile("2020-01-01")) == ONE
    assert "list_transactions" in seen and "list_checkout_sessions" in seen


def test_the_readme_loses_no_payment(shop, databases):
    import psycopg

    for order in ("1", "2", "3"):
        metadata = {"order_id": order}
        session = shop.checkout_sessions.create(amount=1, currency_code="XOF", metadata=metadata)
        shop.request("POST", f"/_sandbox/sessions/{session.checkout_session_id}/pay", body={})
    section = (PACKAGE / "README.md").read_text().partition("## Never lose a payment")[2]
    (block,) = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    dsn = "host={host} port={port} user={user} password={password} dbname={database}"
    dsn = dsn.format_map(databases["postgresql"])
    events = [event for event, _ in shop.reconcile("2020-01-01")]
    event = next(event for event in events if event.event == "PAYMENT_SUCCEEDED")
    space = {"lomi": lomi, "psycopg": psycopg, "dsn": dsn, "client": shop, "event": event}
    with psycopg.connect(dsn, autocommit=True) as database:
        database.execute("CREATE TABLE orders (id TEXT, paid BOOLEAN)")
        database.execute("INSERT INTO orders VALUES ('1'), ('2'), ('3')")
        for _ in range(2):
            exec(block, space)
            assert database.execute("SELECT paid FROM orders").fetchall() == [(True,)] * 3
        count = database.execute("SELECT count(*) FROM lomi_inbox").fetchone()
        assert count == (7,), "6 events and the cursor"
        database.execute("DROP TABLE orders, lomi_inbox")
