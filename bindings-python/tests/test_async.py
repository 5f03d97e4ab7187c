"""AsyncLomiClient on real loops."""

import asyncio
import gc
import os
import threading
import time

import pytest

import lomi
from conftest import WatchesNothing, until


def open_files():
    return len(os.listdir("/proc/self/fd"))


def test_the_five_verbs(async_client):
    async def main():
        async with async_client as client:
            sessions = client.checkout_sessions
            made = await sessions.create(amount=500, currency_code="XOF", title="T")
            assert isinstance(made, lomi.CheckoutSession)
            assert made.checkout_url and made.last_response.status == 201
            found = await sessions.get(made.checkout_session_id)
            assert found.title == "T"
            changed = await sessions.update(made.checkout_session_id, title="U")
            assert changed.title == "U"
            page = await sessions.list(limit=5)
            assert isinstance(page, lomi.AsyncPage) and len(page) <= 5
            assert await sessions.delete(made.checkout_session_id) is None
            with pytest.raises(lomi.NotFoundError):
                await sessions.get(made.checkout_session_id)

    asyncio.run(main())


def test_every_item_of_45(async_client):
    async def main():
        sessions = async_client.checkout_sessions
        made = await asyncio.gather(
            *(sessions.create(amount=100, currency_code="XOF") for _ in range(45))
        )
        ids = {session.checkout_session_id for session in made}
        seen = [s.checkout_session_id async for s in sessions.list(limit=20)]
        assert ids <= set(seen) and len(seen) == len(set(seen))
        page = await sessions.list(limit=20)
        assert [s.checkout_session_id async for s in page.auto_paging_iter()] == seen
        assert (await page.next_page()).data[0].checkout_session_id == seen[20]

    asyncio.run(main())


def test_wrong_arguments_and_requests(async_client):
    async def main():
        with pytest.raises(lomi.ValidationError, match="currency_code"):
            await async_client.checkout_sessions.create(curency_code="XOF")
        with pytest.raises(lomi.ValidationError):
            await async_client.checkout_sessions.get("")
        answer = await async_client.request("GET", "/checkout_sessions", query={"limit": 1})
        assert "data" in answer

    asyncio.run(main())


@pytest.fixture
def slow(serve):
    """A client of a server that answers /fast at once, and other paths when an event is set."""
    go = threading.Event()

    def answer(request):
        if "fast" not in request.path:
            go.wait(30)
        return 200, {}, {"checkout_session_id": request.path.rsplit("/", 1)[1]}

    server = serve(answer)
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=server.url)
    client.server, client.go = server, go
    yield client
    go.set()


def test_calls_run_at_once(slow):
    async def main():
        sessions = slow.checkout_sessions
        calls = [asyncio.ensure_future(sessions.get(f"cs_{n}")) for n in range(20)]
        while len(slow.server.requests) < 20:
            await asyncio.sleep(0.01)
        assert (await sessions.get("fast")).checkout_session_id == "fast"
        slow.go.set()
        done = await asyncio.gather(*calls)
        assert [s.checkout_session_id for s in done] == [f"cs_{n}" for n in range(20)]

    asyncio.run(main())


def test_cancellation_frees_the_socket_and_sends_nothing_more(slow):
    async def main():
        calls = [asyncio.ensure_future(slow.checkout_sessions.get("cs")) for _ in range(5)]
        while len(slow.server.requests) < 5:
            await asyncio.sleep(0.01)
        before = open_files()
        for call in calls:
            call.cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        # The client closes its connections before the server responds: a connection whose
        # response has come would be kept for the next call.
        until(lambda: open_files() <= before - 5)
        # The server's side notices that the connections are gone once it writes.
        slow.go.set()
        await asyncio.sleep(0.3)
        assert len(slow.server.requests) == 5
        assert (await slow.checkout_sessions.get("fast")).checkout_session_id == "fast"

    asyncio.run(main())
    until(lambda: slow.server.open <= 1)


def test_a_timeout_of_asyncio(slow):
    async def main():
        started = time.monotonic()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(slow.checkout_sessions.get("cs"), 0.2)
        assert time.monotonic() - started < 1

    asyncio.run(main())


def test_a_client_on_several_loops_one_after_the_other_and_at_once(slow):
    async def fast():
        return (await slow.checkout_sessions.get("fast")).checkout_session_id

    assert [asyncio.run(fast()) for _ in range(5)] == ["fast"] * 5
    results = []

    def run():
        async def many():
            return await asyncio.gather(*(fast() for _ in range(20)))

        results.extend(asyncio.run(many()))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == ["fast"] * 120


def test_a_loop_that_is_closed_with_a_call_under_way(slow):
    loop = asyncio.new_event_loop()
    task = loop.create_task(slow.checkout_sessions.get("cs"))
    loop.run_until_complete(asyncio.sleep(0.1))
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()
    assert asyncio.run(slow.checkout_sessions.get("fast")).checkout_session_id == "fast"


def test_uvloop():
    uvloop = pytest.importorskip("uvloop")
    from conftest import Scripted

    server = Scripted(lambda r: (200, {}, {"checkout_session_id": r.path.rsplit("/", 1)[1]}))
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=server.url)

    async def main():
        calls = (client.checkout_sessions.get(f"cs_{n}") for n in range(100))
        return [s.checkout_session_id for s in await asyncio.gather(*calls)]

    for _ in range(2):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            assert runner.run(main()) == [f"cs_{n}" for n in range(100)]
    server.close()


def test_a_thousand_tasks_of_two_clients_get_their_own_answers(serve):
    def answer(request):
        key = request.headers["x-api-key"]
        return 200, {}, {"checkout_session_id": request.path.rsplit("/", 1)[1], "title": key}

    server = serve(answer)
    keys = ["lomi_sk_test_a", "lomi_sk_test_b"]
    clients = [lomi.AsyncLomiClient(key, base_url=server.url) for key in keys]

    async def one(number):
        which = number % 2
        session = await clients[which].checkout_sessions.get(f"cs_{number}")
        return session.checkout_session_id == f"cs_{number}" and session.title == keys[which]

    async def main():
        return await asyncio.gather(*(one(number) for number in range(1000)))

    assert all(asyncio.run(main()))


def watchers():
    return sum(thread.name == "lomi-loop" for thread in threading.enumerate())


def test_a_loop_that_watches_no_descriptors(async_client):
    seen = []

    async def main():
        sessions = async_client.checkout_sessions
        made = await asyncio.gather(
            *(sessions.create(amount=100, currency_code="XOF") for _ in range(200))
        )
        assert len({session.checkout_session_id for session in made}) == 200
        for session in made[:50]:
            assert (await sessions.get(session.checkout_session_id)).amount == 100
        late = asyncio.ensure_future(sessions.list(limit=1))
        await asyncio.sleep(0)
        late.cancel()
        with pytest.raises(asyncio.CancelledError):
            await late
        observed = async_client.with_options(on_response=lambda event: seen.append(event.status))
        await observed.checkout_sessions.get(made[0].checkout_session_id)
        assert watchers() == 1

    loop = WatchesNothing()
    loop.run_until_complete(main())
    assert seen == [200]
    loop.close()
    del loop
    gc.collect()
    until(lambda: watchers() == 0)
