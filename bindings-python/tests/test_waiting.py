"""Calls under gevent, eventlet, trio and anyio, each in a new interpreter."""

import os
import subprocess
import sys
import textwrap
import time

import pytest

from conftest import ROOT, echo

START = """
import time, sys, lomi
url = sys.argv[1]
client = lomi.LomiClient("lomi_sk_test_1", base_url=url)
other = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=url)
ORDER = {"amount": 100, "currency_code": "XOF"}
get = lambda n: client.checkout_sessions.get(f"cs_{n}").checkout_session_id
"""

GEVENT = """
import gevent
turns = [0]
def tick():
    while True:
        turns[0] += 1
        gevent.sleep(0.005)
ticking = gevent.spawn(tick)
gevent.sleep(0)
"""

EVENTLET = """
import eventlet
turns = [0]
def tick():
    while True:
        turns[0] += 1
        eventlet.sleep(0.005)
ticking = eventlet.spawn(tick)
eventlet.sleep(0)
"""

PATCHED_GEVENT = "from gevent import monkey; monkey.patch_all()\n"
PATCHED_EVENTLET = "import eventlet; eventlet.monkey_patch()\n"

#: Ten calls of 0.4 s in greenlets, and one in the main greenlet, while another one counts.
AT_ONCE = """
started = time.monotonic()
waits = [{spawn}(get, n) for n in range(10)]
assert get("main") == "cs_main"
assert [job.{wait}() for job in waits] == [f"cs_{{n}}" for n in range(10)]
took = time.monotonic() - started
assert took < 2 and turns[0] > 20, (took, turns)
page = client.checkout_sessions.list()
assert [s.checkout_session_id for s in page.auto_paging_iter()] == ["a"]
try:
    get("missing")
except lomi.NotFoundError as error:
    assert error.attempts == 1
else:
    raise AssertionError
"""

#: A greenlet that is killed, and one whose time is over.
GIVEN_UP = """
def told(error):
    call = lomi.CancelledError.behind(error)
    assert (call.attempts, call.outcome) == (1, "unknown"), call
    return call.idempotency_key
kept = []
SENT = 0.8  # seconds: the request is out, also on a busy machine, and its response comes after 2
def create():
    try:
        client.checkout_sessions.create(ORDER)
    except BaseException as error:
        kept.append(told(error))
        raise
"""
GEVENT_GIVEN_UP = (
    GIVEN_UP
    + """
job = gevent.spawn(create)
gevent.sleep(SENT)
job.kill()
try:
    with gevent.Timeout(SENT):
        create()
except gevent.Timeout:
    pass
assert len(set(kept)) == 2
"""
)
EVENTLET_GIVEN_UP = (
    GIVEN_UP
    + """
job = eventlet.spawn(create)
eventlet.sleep(SENT)
job.kill()
try:
    with eventlet.Timeout(SENT):
        create()
except eventlet.Timeout:
    pass
assert len(set(kept)) == 2
"""
)

TRIO = """
import trio
async def main():
    turns, found = 0, []
    async def one(n):
        found.append((await other.checkout_sessions.get(f"cs_{n}")).checkout_session_id)
    async def tick():
        nonlocal turns
        while True:
            turns += 1
            await trio.sleep(0.005)
    started = time.monotonic()
    async with trio.open_nursery() as ticking:
        ticking.start_soon(tick)
        async with trio.open_nursery() as nursery:
            for n in range(10):
                nursery.start_soon(one, n)
        ticking.cancel_scope.cancel()
    took = time.monotonic() - started
    assert sorted(found) == [f"cs_{n}" for n in range(10)]
    assert took < 2 and turns > 20, (took, turns)
    assert [s.checkout_session_id async for s in other.checkout_sessions.list()] == ["a"]
    try:
        await other.checkout_sessions.get("missing")
    except lomi.NotFoundError:
        pass
    else:
        raise AssertionError
    with trio.move_on_after(0.1) as scope:
        try:
            await other.checkout_sessions.create(ORDER)
        except trio.Cancelled as error:
            call = error.__cause__
            raise
    assert scope.cancelled_caught and (call.attempts, call.outcome) == (1, "unknown")
    assert call.idempotency_key
trio.run(main)
"""

ANYIO = """
import anyio
async def main():
    found = []
    async def one(n):
        found.append((await other.checkout_sessions.get(f"cs_{n}")).checkout_session_id)
    started = time.monotonic()
    async with anyio.create_task_group() as group:
        for n in range(10):
            group.start_soon(one, n)
    assert sorted(found) == [f"cs_{n}" for n in range(10)]
    assert time.monotonic() - started < 2
    with anyio.move_on_after(0.1) as scope:
        try:
            await other.checkout_sessions.create(ORDER)
        except anyio.get_cancelled_exc_class() as error:
            call = lomi.CancelledError.behind(error)
            raise
    assert scope.cancelled_caught and (call.attempts, call.outcome) == (1, "unknown")
anyio.run(main, backend=sys.argv[2])
"""

NOBODY = """
coroutine = other.checkout_sessions.get("cs_1")
try:
    coroutine.send(None)
except lomi.ConfigurationError as error:
    assert "asyncio" in str(error) and "trio" in str(error)
else:
    raise AssertionError
"""

#: Hooks run in the greenlet or task that waits, with its context variables, before the result.
HOOKS = """
import contextvars
name = contextvars.ContextVar("name", default="nobody")
seen = []
hook = lambda event: seen.append((name.get(), event.request_id, type(event).__name__))
client = client.with_options(on_request=hook, on_response=hook)
other = other.with_options(on_request=hook, on_response=hook)
def check(n):
    mine = [kind for who, id, kind in seen if who == id == f"name_{n}"]
    assert mine == ["RequestEvent", "ResponseEvent"], seen
def call(n):
    name.set(f"name_{n}")
    client.checkout_sessions.get("cs", request_id=f"name_{n}")
    check(n)
    return True
"""
TRIO_HOOKS = """
import trio
async def call(n):
    name.set(f"name_{n}")
    await other.checkout_sessions.get("cs", request_id=f"name_{n}")
    check(n)
async def main():
    async with trio.open_nursery() as nursery:
        for n in range(5):
            nursery.start_soon(call, n)
trio.run(main)
assert len(seen) == 10
"""
GREENLET_HOOKS = """
jobs = [{spawn}(call, n) for n in range(5)]
assert all(job.{wait}() for job in jobs) and len(seen) == 10
"""

#: Loaded by something else in the program, and of no use to this thread.
ONLY_IMPORTED = """
import gevent
import eventlet
assert get(1) == "cs_1"
"""

IN_A_THREAD = """
import threading
found = []
thread = threading.Thread(target=lambda: found.append(get(1)))
thread.start()
thread.join()
assert found == ["cs_1"]
"""

gevent_calls = AT_ONCE.format(spawn="gevent.spawn", wait="get")
eventlet_calls = AT_ONCE.format(spawn="eventlet.spawn", wait="wait")

PROGRAMS = {
    "gevent": START + GEVENT + gevent_calls,
    "gevent-patched": PATCHED_GEVENT + START + GEVENT + gevent_calls,
    "gevent-patched-main": PATCHED_GEVENT + START + "assert get(1) == 'cs_1'",
    "gevent-given-up": START + GEVENT + GEVENT_GIVEN_UP,
    "gevent-thread": START + GEVENT + IN_A_THREAD,
    "gevent-patched-thread": PATCHED_GEVENT + START + IN_A_THREAD,
    "eventlet": START + EVENTLET + eventlet_calls,
    "eventlet-patched": PATCHED_EVENTLET + START + EVENTLET + eventlet_calls,
    "eventlet-given-up": START + EVENTLET + EVENTLET_GIVEN_UP,
    "eventlet-patched-thread": PATCHED_EVENTLET + START + IN_A_THREAD,
    "only-imported": START + ONLY_IMPORTED,
    "gevent-hooks": START
    + GEVENT
    + HOOKS
    + GREENLET_HOOKS.format(spawn="gevent.spawn", wait="get"),
    "eventlet-hooks": (
        START + EVENTLET + HOOKS + GREENLET_HOOKS.format(spawn="eventlet.spawn", wait="wait")
    ),
    "trio-hooks": START + HOOKS + TRIO_HOOKS,
    "trio": START + TRIO,
    "anyio-asyncio": START + ANYIO,
    "anyio-trio": START + ANYIO,
    "no-loop": START + NOBODY,
}


def answer(request):
    if "missing" in request.path:
        return 404, {}, {"error": {"code": "not_found", "message": "no such session"}}
    if request.path.split("?")[0] == "/checkout-sessions":
        if request.method == "POST":
            time.sleep(2)
            return 201, {}, {"id": "late"}
        return 200, {}, [] if "offset=" in request.path else [{"id": "a"}]
    time.sleep(0.4)
    return echo(request)


@pytest.mark.parametrize("name", PROGRAMS)
def test_others_run_while_a_call_waits(serve, name):
    for module in ("gevent", "eventlet", "trio", "anyio"):
        if module in name:
            pytest.importorskip(module)
    server = serve(answer)
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAMS[name])),
            *(server.url, name.rpartition("-")[2]),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")},
    )
    assert done.returncode == 0, done.stderr
    if "given-up" in name:
        keys = [r.headers["idempotency-key"] for r in server.requests if r.method == "POST"]
        assert len(keys) == len(set(keys)) == 2
