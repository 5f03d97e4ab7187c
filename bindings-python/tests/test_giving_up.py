"""A caller who stops waiting gets the call's idempotency key, attempts and outcome."""

import asyncio
import gc
import logging
import signal
import threading
import time
import weakref
from urllib.parse import parse_qs, urlsplit

import pytest
from test_async import open_files
from test_lifecycle import python

import lomi
from conftest import WatchesNothing, until

ORDER = {"amount": 100, "currency_code": "XOF"}


@pytest.fixture
def mute(serve):
    """A server that takes requests and does not respond, until `go` is set."""
    go = threading.Event()
    server = serve(lambda request: (go.wait(20), (201, {}, {"id": "cs_1"}))[1])
    server.go = go
    yield server
    go.set()


def facts(error):
    call = lomi.CancelledError.behind(error)
    assert isinstance(call, lomi.CancelledError), repr(error)
    return call.idempotency_key, call.attempts, call.outcome, call.operation


def told(server, error):
    """Key and attempts agree with the requests that the server received."""
    key, attempts, outcome, operation = facts(error)
    assert len(server.requests) == attempts == 1
    assert key == server.requests[0].headers["idempotency-key"]
    assert (outcome, operation) == ("unknown", "create_checkout_session")
    call = lomi.CancelledError.behind(error)
    assert call.request_id == server.requests[0].headers["x-request-id"]
    assert key in str(call) and "call again with the idempotency key" in str(call)


def interrupted(call, raised, seconds=0.3):
    """Runs a call that a signal handler ends."""

    def stop(number, frame):
        raise raised

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        with pytest.raises(type(raised)) as caught:
            call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert caught.value is raised
    return raised


class Stop(Exception):
    pass


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, Stop])
def test_a_signal_keeps_the_key(mute, raised):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=mute.url)
    error = interrupted(lambda: client.checkout_sessions.create(ORDER), raised())
    told(mute, error)
    assert isinstance(error.__cause__, lomi.CancelledError)


def test_a_cause_that_the_handler_gave_stays(mute):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=mute.url)
    raised = Stop()
    raised.__cause__ = reason = ValueError("the shop closes")
    told(mute, interrupted(lambda: client.checkout_sessions.create(ORDER), raised))
    assert raised.__cause__ is reason and isinstance(reason.__cause__, lomi.CancelledError)


def test_a_signal_during_a_list_and_the_documented_call(mute):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=mute.url)
    error = interrupted(client.checkout_sessions.list, KeyboardInterrupt())
    assert facts(error) == (None, 1, "unknown", "list_checkout_sessions")
    configuration = lomi.Configuration(host=mute.url)
    configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_1"
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
    headers = {"Idempotency-Key": "order-1"}
    error = interrupted(
        lambda: api.create_checkout_session(ORDER, _headers=headers), KeyboardInterrupt()
    )
    assert facts(error) == ("order-1", 1, "unknown", "create_checkout_session")


def test_ctrl_c_of_a_program(mute):
    script = f"""
        import lomi
        client = lomi.LomiClient("lomi_sk_test_1", base_url={mute.url!r})
        print("ready", flush=True)
        try:
            client.checkout_sessions.create(amount=1, currency_code="XOF")
        except KeyboardInterrupt as error:
            print(error.__cause__.idempotency_key, error.__cause__.outcome, flush=True)
    """
    with python(script) as process:
        assert process.stdout.readline() == "ready\n"
        until(lambda: mute.requests)
        process.send_signal(signal.SIGINT)
        said = process.stdout.readline().split()
    assert said == [mute.requests[0].headers["idempotency-key"], "unknown"]


def test_ctrl_c_of_asyncio_run(mute):
    script = f"""
        import asyncio, lomi
        client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url={mute.url!r})
        print("ready", flush=True)
        try:
            asyncio.run(client.checkout_sessions.create(amount=1, currency_code="XOF"))
        except KeyboardInterrupt as error:
            print(lomi.CancelledError.behind(error).idempotency_key, flush=True)
    """
    with python(script) as process:
        assert process.stdout.readline() == "ready\n"
        until(lambda: mute.requests)
        process.send_signal(signal.SIGINT)
        said = process.stdout.readline().strip()
    assert said == mute.requests[0].headers["idempotency-key"]


async def cancel(client):
    task = asyncio.ensure_future(client.checkout_sessions.create(ORDER))
    await asyncio.sleep(0.2)
    task.cancel()
    await task


async def wait_for(client):
    await asyncio.wait_for(client.checkout_sessions.create(ORDER), 0.2)


async def timeout(client):
    async with asyncio.timeout(0.2):
        await client.checkout_sessions.create(ORDER)


async def anyio_fail_after(client):
    import anyio

    with anyio.fail_after(0.2):
        try:
            await client.checkout_sessions.create(ORDER)
        except anyio.get_cancelled_exc_class() as error:
            raise Stop from error  # the scope swallows it, so it is checked here


@pytest.mark.parametrize("give_up", [cancel, wait_for, timeout, anyio_fail_after])
def test_asyncio_keeps_the_key(mute, give_up):
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=mute.url)
    with pytest.raises(
        (asyncio.CancelledError, TimeoutError, asyncio.TimeoutError, Stop)
    ) as caught:
        asyncio.run(give_up(client))
    told(mute, caught.value)


def test_nothing_was_sent_yet(serve):
    """A call that waits for a connection: no attempt reached anybody, and none is claimed."""
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=serve(200, {}).url)

    async def main():
        coroutine = client.checkout_sessions.create(ORDER)
        task = asyncio.ensure_future(coroutine)
        task.cancel()  # before its first step
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert lomi.CancelledError.behind(caught.value) is None

    asyncio.run(main())


def test_a_response_that_came_with_the_cancellation(serve):
    server = serve(201, {"id": "cs_1"})
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=server.url)

    async def main():
        task = asyncio.ensure_future(client.checkout_sessions.create(ORDER))
        await asyncio.sleep(0)
        time.sleep(0.3)  # the response waits in the inbox
        loop = asyncio.get_running_loop()
        # Runs after the inbox is emptied, before the task runs again.
        loop.call_soon(loop.call_soon, task.cancel)
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value

    told(server, asyncio.run(main()))


def test_a_page_that_came_with_the_cancellation_is_fetched_again(serve):
    def answer(request):
        query = parse_qs(urlsplit(request.path).query)
        offset = int(query.get("offset", ["0"])[0])
        rows = [{"checkout_session_id": f"cs_{offset + n}"} for n in range(2)]
        pagination = {"total": 6, "limit": 2, "offset": offset}
        return 200, {}, {"data": rows, "pagination": pagination}

    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=serve(answer).url)

    async def main():
        page = await client.checkout_sessions.list(limit=2)
        items = page.auto_paging_iter()
        ids = [(await items.__anext__()).checkout_session_id for _ in range(2)]
        task = asyncio.ensure_future(items.__anext__())
        await asyncio.sleep(0)
        time.sleep(0.3)
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        return ids + [session.checkout_session_id async for session in items]

    assert asyncio.run(main()) == [f"cs_{n}" for n in range(6)]


def test_it_is_logged(mute, caplog):
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=mute.url)
    with caplog.at_level(logging.WARNING, "lomi"), pytest.raises(asyncio.TimeoutError):
        asyncio.run(wait_for(client))
    record = caplog.records[-1]
    assert record.idempotency_key == mute.requests[0].headers["idempotency-key"]
    assert record.outcome == "unknown" and "lomi_sk" not in caplog.text


@pytest.mark.parametrize("kind", ["asyncio", "watches nothing", "uvloop"])
def test_loops_closed_with_calls_under_way_keep_nothing(mute, serve, kind):
    """C27: no loop, future or descriptor stays."""
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=mute.url)
    if kind == "asyncio":
        make = asyncio.new_event_loop
    elif kind == "watches nothing":
        make = WatchesNothing
    else:
        make = pytest.importorskip("uvloop").new_event_loop
    # The worker, and what uvloop opens once, are there before files are counted.
    warm = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=serve(200, {"id": "a"}).url)
    loop = make()
    loop.run_until_complete(warm.checkout_sessions.get("a"))
    loop.close()
    del loop
    gc.collect()
    loops, files = [], open_files()

    def close_early():
        loop = make()
        loop.set_exception_handler(lambda *_: None)  # "Task was destroyed but it is pending"
        tasks = [loop.create_task(client.checkout_sessions.create(ORDER)) for _ in range(3)]
        loop.run_until_complete(asyncio.sleep(0.05))
        loops.append(weakref.ref(loop))
        loop.close()
        del tasks

    raised = []
    before, threading.excepthook = threading.excepthook, lambda args: raised.append(args)
    try:
        for _ in range(5):
            close_early()
            gc.collect()
        mute.go.set()  # then the server notices that its connections are gone
        until(lambda: gc.collect() >= 0 and open_files() <= files, 3)
    finally:
        threading.excepthook = before
    assert [loop() for loop in loops] == [None] * 5 and raised == []
    from lomi._event_loops.asyncio_queue import _queues

    assert all(queue() is not None for queue in _queues.values())
    assert asyncio.run(client.checkout_sessions.create(ORDER)).checkout_session_id == "cs_1"
