"""Threads, signals, forks and the end of the interpreter."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import lomi
from conftest import ROOT, echo

TRIALS = int(os.environ.get("LOMI_TRIALS", "200"))


def test_10_000_calls_of_two_clients_from_threads_and_tasks(serve):
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


def test_other_threads_run_while_a_call_waits(serve):
    server = serve(lambda request: time.sleep(0.4) or echo(request))
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    started = time.monotonic()
    threads = [
        threading.Thread(target=client.checkout_sessions.get, args=(f"cs_{n}",)) for n in range(5)
    ]
    for thread in threads:
        thread.start()
    turns = 0
    while any(thread.is_alive() for thread in threads):
        turns += 1
        time.sleep(0.001)
    assert turns > 50 and time.monotonic() - started < 1.5


def test_a_signal_handler_that_raises_ends_the_call(serve):
    never = threading.Event()
    server = serve(lambda request: (never.wait(20), echo(request))[1])
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)

    class Stop(Exception):
        pass

    def stop(number, frame):
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        started = time.monotonic()
        with pytest.raises(Stop):
            client.checkout_sessions.get("cs")
        assert time.monotonic() - started < 0.5
    finally:
        signal.signal(signal.SIGALRM, before)
        never.set()


def test_ctrl_c_ends_a_call_within_200_ms(serve):
    never = threading.Event()
    server = serve(lambda request: (never.wait(20), echo(request))[1])
    script = f"""
        import lomi, sys, time
        client = lomi.LomiClient("lomi_sk_test_1", base_url={server.url!r})
        print("ready", flush=True)
        try:
            client.checkout_sessions.get("cs")
        except KeyboardInterrupt:
            print(time.time(), flush=True)
    """
    with python(script) as process:
        assert process.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 10
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        assert float(process.stdout.readline()) - sent < 0.2
    never.set()
    assert len(server.requests) == 1


def python(script):
    path = str(ROOT / "bindings-python" / "python")
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        # A shell lets its background jobs ignore Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


EXITS = {
    "thread": """
        import threading
        for n in range(4):
            threading.Thread(target=client.checkout_sessions.get, args=("a",), daemon=True).start()
        time.sleep(moment)
    """,
    "thread with an error": """
        import threading
        threading.excepthook = lambda _: None
        for n in range(4):
            threading.Thread(target=client.checkout_sessions.get, args=("no",), daemon=True).start()
        time.sleep(moment)
    """,
    "asyncio": """
        import asyncio
        other = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=client.base_url)
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)  # asyncio says that tasks are pending
        tasks = [loop.create_task(other.checkout_sessions.get("a")) for _ in range(4)]
        loop.run_until_complete(asyncio.sleep(moment))
    """,
    "asyncio in a thread": """
        import asyncio, logging, threading
        logging.getLogger("lomi").addHandler(logging.NullHandler())  # errors are not printed
        other = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=client.base_url)
        async def main():
            calls = (other.checkout_sessions.get(id) for id in ("a", "a", "no", "no"))
            await asyncio.gather(*calls, return_exceptions=True)
        threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
        time.sleep(moment)
    """,
    "hooks in a thread": """
        import threading
        hook = lambda event: time.sleep(0.03)
        client = client.with_options(on_request=hook, on_response=hook)
        for n in range(4):
            threading.Thread(target=client.checkout_sessions.get, args=("a",), daemon=True).start()
        time.sleep(moment)
    """,
    "hooks of an event loop in a thread": """
        import asyncio, threading
        hook = lambda event: time.sleep(0.03)
        other = lomi.AsyncLomiClient(
            "lomi_sk_test_1", base_url=client.base_url, on_request=hook, on_response=hook
        )
        async def main():
            await asyncio.gather(*(other.checkout_sessions.get("a") for _ in range(4)))
        threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
        time.sleep(moment)
    """,
    "idle": "client.checkout_sessions.get('fast')",
}


@pytest.mark.parametrize("how", EXITS)
def test_the_interpreter_ends_with_calls_under_way(serve, how):
    def answer(request):
        # Responses come while the interpreter is shutting down.
        time.sleep(0 if "fast" in request.path else 0.06)
        return (404, {}, {}) if request.path.endswith("/no") else echo(request)

    server = serve(answer)
    trials = max(TRIALS // 4, 5)

    def end(trial):
        # From the middle of the first imports to after the last response.
        script = f"""
            import lomi, time
            moment = {trial / trials * 0.2}
            client = lomi.LomiClient("lomi_sk_test_1", base_url={server.url!r})
        """
        process = python(textwrap.dedent(script) + textwrap.dedent(EXITS[how]))
        _, error = process.communicate(timeout=60)
        return process.returncode, error

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(end, range(trials)))
    assert ends == [(0, "")] * len(ends)
