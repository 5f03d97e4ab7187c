"""What takes minutes: run with `make soak`, not with the other tests.

100,000 clients made and dropped, 10,000 cancellations, 10,000 calls of two clients from 16
threads and 1,000 tasks, 10,000 rows paged: nothing may grow, nothing may be mixed up.
"""

import asyncio
import os
import pathlib
import threading

import lomi


def state():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return len(os.listdir("/proc/self/fd")), pages * os.sysconf("SC_PAGE_SIZE")


def flat(work, memory=12 << 20, descriptors=3):
    work()
    before = state()
    work()
    after = state()
    print(
        f"descriptors {before[0]} -> {after[0]}, memory {before[1] >> 20} -> {after[1] >> 20} MiB"
    )
    assert after[0] <= before[0] + descriptors and after[1] - before[1] < memory


def echo(request):
    id = request.path.rsplit("/", 1)[1]
    return 200, {}, {"checkout_session_id": id, "title": request.headers["x-api-key"]}


def test_100_000_clients(serve):
    server = serve(echo)

    def work():
        for number in range(50_000):
            client = lomi.LomiClient(f"lomi_sk_test_{number}", base_url=server.url)
            if number % 500 == 0:
                client.checkout_sessions.get("cs")

    flat(work)


def test_10_000_cancellations(serve):
    go = threading.Event()
    server = serve(lambda request: (go.wait(60), echo(request))[1])
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=server.url)

    async def cancel(number):
        for _ in range(number // 50):
            tasks = [asyncio.ensure_future(client.checkout_sessions.get("cs")) for _ in range(50)]
            await asyncio.sleep(0.005)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.5)

    # The server's threads stay until the end; they are in this process, so allow for them.
    flat(lambda: asyncio.run(cancel(5_000)), memory=256 << 20, descriptors=12_000)
    go.set()
    assert asyncio.run(client.checkout_sessions.get("cs")).checkout_session_id == "cs"


def test_10_000_calls_of_two_clients(serve):
    server = serve(echo)
    keys = ["lomi_sk_test_a", "lomi_sk_test_b"]
    clients = [lomi.LomiClient(key, base_url=server.url) for key in keys]
    others = [lomi.AsyncLomiClient(key, base_url=server.url) for key in keys]
    wrong = []

    def right(session, id, which):
        if (session.checkout_session_id, session.title) != (id, keys[which]):
            wrong.append(id)

    def work(thread):
        for number in range(313):
            id, which = f"t_{thread}_{number}", number % 2
            right(clients[which].checkout_sessions.get(id), id, which)

    async def task(number):
        for turn in range(5):
            id, which = f"a_{number}_{turn}", (number + turn) % 2
            right(await others[which].checkout_sessions.get(id), id, which)

    async def tasks():
        await asyncio.gather(*(task(number) for number in range(1000)))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    threads.append(threading.Thread(target=lambda: asyncio.run(tasks())))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(server.requests) == 16 * 313 + 5000


def test_10_000_rows_in_flat_memory(serve):
    def answer(request):
        start = int(request.path.partition("offset=")[2] or 0)
        rows = [{"checkout_session_id": f"cs_{start + n}", "title": "x" * 200} for n in range(100)]
        facts = {"total": 10_000, "limit": 100, "offset": start}
        return 200, {}, {"data": rows, "pagination": facts}

    server = serve(answer)
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)

    def work():
        items = client.checkout_sessions.list(limit=100).auto_paging_iter()
        assert sum(1 for _ in items) == 10_000

    flat(work)
