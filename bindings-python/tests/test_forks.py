"""Forks, plain and over TLS: a child makes calls as its parent does, and shares no connection."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

import lomi
from conftest import echo

TRIALS = int(os.environ.get("LOMI_TRIALS", "200"))


def in_child(work):
    """Runs work in a forked child; gives a function that waits for its result."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            os.write(write, repr(work()).encode())
        except BaseException as error:
            os.write(write, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(write)

    def result():
        with os.fdopen(read, "rb") as pipe:
            text = pipe.read().decode()
        os.waitpid(pid, 0)
        return text

    return result


def family(client, name):
    """Four children and the parent call at once; each gets the response to its request."""

    def child(number):
        def work():
            sessions = client.checkout_sessions
            keys = []
            for turn in range(3):
                id = f"{name}_{number}_{turn}"
                assert sessions.get(id).checkout_session_id == id
                keys.append(sessions.create(amount=1).description)
            return keys

        return work

    results = [in_child(child(number)) for number in range(4)]
    mine = child("parent")()
    keys = list(mine)
    for result in results:
        text = result()
        assert text.startswith("["), text
        keys += eval(text)
    assert len(set(keys)) == len(keys) == 15


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forks_of_a_warm_process(warm):
    for trial in range(TRIALS):
        family(warm, f"t{trial}")


def test_a_client_made_in_the_child_and_one_made_before_any_call(serve):
    server = serve(echo)
    cold = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    family(cold, "cold")
    made = in_child(
        lambda: (
            lomi.LomiClient("lomi_sk_test_2", base_url=server.url).checkout_sessions.get("cs").title
        )
    )
    assert made() == "'lomi_sk_test_2'"


def test_a_fork_while_other_threads_are_calling(warm):
    stop = threading.Event()

    def busy():
        while not stop.is_set():
            warm.checkout_sessions.get("busy")

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(TRIALS // 4):
            id = f"cs_{number}"
            result = in_child(lambda id=id: warm.checkout_sessions.get(id).checkout_session_id)
            assert result() == repr(id)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_asyncio_after_a_fork(warm):
    import asyncio

    settings = warm._settings
    client = lomi.AsyncLomiClient(settings["api_key"], base_url=settings["base_url"])

    async def many():
        calls = (client.checkout_sessions.get(f"cs_{n}") for n in range(20))
        return [session.checkout_session_id for session in await asyncio.gather(*calls)]

    expected = asyncio.run(many())
    for _ in range(5):
        assert in_child(lambda: asyncio.run(many()))() == repr(expected)
    assert asyncio.run(many()) == expected


def call_once(url, number):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=url)
    return client.checkout_sessions.get(f"cs_{number}").checkout_session_id


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing(warm, method):
    context = multiprocessing.get_context(method)
    with context.Pool(3) as pool:
        work = [(warm.server.url, number) for number in range(12)]
        assert pool.starmap(call_once, work) == [f"cs_{number}" for number in range(12)]


def test_forks_over_tls(https):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=https.https, ca_file=https.ca)
    assert client.checkout_sessions.get("warm").checkout_session_id == "warm"
    for trial in range(TRIALS):
        family(client, f"tls{trial}")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_call_belongs_to_the_parent_of_a_signal_handler_that_forks(serve):
    def answer(request):
        time.sleep(0.5)
        return echo(request)

    server = serve(answer)
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    children = []
    before = signal.signal(signal.SIGALRM, lambda *_: children.append(os.fork()))
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        outcome = client.checkout_sessions.get("cs").checkout_session_id
    except BaseException as error:
        outcome = type(error).__name__
    if children == [0]:
        os._exit(0 if outcome == "CancelledError" else 1)
    signal.signal(signal.SIGALRM, before)
    assert outcome == "cs"
    (child,) = children
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    # The parent keeps its connection, and the child has closed nothing but its own copy.
    assert client.checkout_sessions.get("cs").checkout_session_id == "cs"
    assert server.open == 1
