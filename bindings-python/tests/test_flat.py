"""100,000 clients, 10,000 cancellations, 10,000 rows of pages: nothing may grow.

`make soak` does all of it ten times over (LOMI_SOAK=10). The server is a process of its own,
so that every descriptor counted here is the client's.
"""

import asyncio
import os
import pathlib
import subprocess
import sys
import time

import pytest

import lomi

TIMES = int(os.environ.get("LOMI_SOAK", "1"))

SERVER = r"""
import asyncio, json, re

async def serve(reader, writer):
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            if "never" in path:
                await reader.read()  # until the client has closed
                break
            start = int((re.search(r"offset=(\d+)", path) or [0, 0])[1])
            ids = (f"cs_{number}" for number in range(start, start + 100))
            rows = [{"checkout_session_id": id, "title": "x" * 200} for id in ids]
            facts = {"total": 10_000, "limit": 100, "offset": start}
            one = {"checkout_session_id": path.rsplit("/", 1)[1]}
            body = {"data": rows, "pagination": facts} if "limit" in path else one
            text = json.dumps(body).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(text) + text)
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def url():
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def state():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    threads = len(os.listdir("/proc/self/task"))
    return len(os.listdir("/proc/self/fd")), threads, pages * os.sysconf("SC_PAGE_SIZE")


def flat(work):
    """Nothing may be there after the second time that was not there after the first."""
    work()
    before = state()
    work()
    after = state()
    # Idle connections are closed some seconds later, and what runs beside comes and goes.
    until = time.monotonic() + 10
    while time.monotonic() < until and (after[0] > before[0] + 1 or after[1] > before[1]):
        time.sleep(0.2)
        after = state()
    print(
        f"\n  descriptors {before[0]} -> {after[0]}, threads {before[1]} -> {after[1]}, "
        f"memory {before[2] / 2**20:.1f} -> {after[2] / 2**20:.1f} MiB",
        end=" ",
    )
    assert after[0] <= before[0] + 1 and after[1] <= before[1]
    assert after[2] - before[2] < 4 << 20


def test_100_000_clients(url):
    def work():
        for number in range(50_000 * TIMES):
            client = lomi.LomiClient(f"lomi_sk_test_{number}", base_url=url)
            if number % 500 == 0:
                client.checkout_sessions.get("cs")

    flat(work)


def test_100_000_async_clients_on_many_loops(url):
    async def main(number):
        for _ in range(500):
            client = lomi.AsyncLomiClient(f"lomi_sk_test_{number}", base_url=url)
        await client.checkout_sessions.get("cs")

    flat(lambda: [asyncio.run(main(number)) for number in range(100 * TIMES)])


def test_10_000_cancellations(url):
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=url)

    async def cancel():
        for _ in range(100 * TIMES):
            calls = (client.checkout_sessions.get("never") for _ in range(50))
            tasks = [asyncio.ensure_future(call) for call in calls]
            await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(end) for end in ended} == {asyncio.CancelledError}
        await asyncio.sleep(0.5)
        assert (await client.checkout_sessions.get("cs")).checkout_session_id == "cs"

    flat(lambda: asyncio.run(cancel()))


def test_10_000_rows_paged(url):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=url)

    def work():
        items = client.checkout_sessions.list(limit=100).auto_paging_iter()
        assert sum(1 for _ in items) == 10_000

    flat(lambda: [work() for _ in range(10 * TIMES)])
