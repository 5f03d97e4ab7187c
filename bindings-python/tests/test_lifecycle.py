"""Threads, signals, forks and the end of the interpreter."""

import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import lomi
from conftest import ROOT, Scripted

TRIALS = int(os.environ.get("LOMI_TRIALS", "200"))


def echo(request):
    return (
        200,
        {},
        {
            "checkout_session_id": request.path.rsplit("/", 1)[1],
            "title": request.headers["x-api-key"],
            "description": request.headers.get("idempotency-key"),
        },
    )


@pytest.fixture
def warm(serve):
    """A client whose connection is open."""
    server = serve(echo)
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    client.server = server
    assert client.checkout_sessions.get("warm").checkout_session_id == "warm"
    return client


def test_16_threads_and_two_keys(serve):
    server = serve(echo)
    keys = ["lomi_sk_test_a", "lomi_sk_test_b"]
    clients = [lomi.LomiClient(key, base_url=server.url) for key in keys]
    wrong = []

    def work(thread):
        for number in range(125):
            which = (thread + number) % 2
            id = f"cs_{thread}_{number}"
            session = clients[which].checkout_sessions.get(id)
            if (session.checkout_session_id, session.title) != (id, keys[which]):
                wrong.append(id)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == [] and len(server.requests) == 2000


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
    """Four children and the parent call at once; each gets its own answer."""

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


EXITS = {
    "thread": """
        import threading
        for n in range(4):
            threading.Thread(target=client.checkout_sessions.get, args=("a",), daemon=True).start()
        time.sleep(0.1)
    """,
    "asyncio": """
        import asyncio
        other = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=client.base_url)
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(other.checkout_sessions.get("a")) for _ in range(4)]
        loop.run_until_complete(asyncio.sleep(0.1))
    """,
    "idle": "client.checkout_sessions.get('fast')",
}


@pytest.mark.parametrize("how", EXITS)
def test_the_interpreter_ends_with_calls_under_way(serve, how):
    def answer(request):
        # Answers come while the interpreter is shutting down.
        time.sleep(0 if "fast" in request.path else 0.12)
        return echo(request)

    server = serve(answer)
    script = (
        f'import lomi, time\nclient = lomi.LomiClient("lomi_sk_test_1", base_url={server.url!r})\n'
        + textwrap.dedent(EXITS[how])
    )

    def end(_):
        process = python(script)
        _, error = process.communicate(timeout=60)
        return process.returncode, error

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(end, range(max(TRIALS // 2, 5))))
    assert ends == [(0, "")] * len(ends)


def test_descriptors_and_memory_stay_flat(warm):
    def state():
        pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
        return len(os.listdir("/proc/self/fd")), pages * 4096, threading.active_count()

    def round_of(number):
        for n in range(number):
            client = lomi.LomiClient(f"lomi_sk_test_{n}", base_url=warm.server.url)
            if n % 50 == 0:
                client.checkout_sessions.get("cs")

    round_of(500)
    before = state()
    round_of(5000)
    after = state()
    assert after[0] <= before[0] + 2 and after[1] - before[1] < 8 << 20


@pytest.fixture(scope="module")
def https(tmp_path_factory):
    """A TLS server with a certificate of its own, and the file to trust."""
    import ssl

    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split(),
            *"-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost".split(),
            *"-addext basicConstraints=critical,CA:FALSE".split(),
            *f"-keyout {folder}/key.pem -out {folder}/cert.pem".split(),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    class Encrypted(Scripted):
        def _serve(self, connection):
            try:
                connection = context.wrap_socket(connection, server_side=True)
            except OSError:
                return
            super()._serve(connection)

    server = Encrypted(echo)
    server.https = server.url.replace("http://127.0.0.1", "https://localhost")
    server.ca = str(folder / "cert.pem")
    yield server
    server.close()


def test_forks_over_tls(https):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=https.https, ca_file=https.ca)
    assert client.checkout_sessions.get("warm").checkout_session_id == "warm"
    for trial in range(TRIALS):
        family(client, f"tls{trial}")


def test_an_unknown_certificate_is_refused_once(https):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=https.https)
    with pytest.raises(lomi.TLSError) as caught:
        client.checkout_sessions.get("cs")
    assert caught.value.attempts == 1


def test_certificates_of_the_documented_configuration(https):
    with open(https.ca) as file:
        data = file.read()
    for settings in ({"ssl_ca_cert": https.ca}, {"ca_cert_data": data}):
        configuration = lomi.Configuration(host=https.https, **settings)
        api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
        configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_1"
        assert api.retrieve_checkout_session("cs").checkout_session_id == "cs"
