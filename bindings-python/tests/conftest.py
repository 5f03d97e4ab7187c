"""Fixtures: the sandbox, servers with scripted responses, and clients for them."""

import asyncio
import contextlib
import decimal
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings-python" / "python"))

import lomi  # noqa: E402


@pytest.fixture(scope="session")
def sandbox():
    """The sandbox's URL and keys; what LOMI_SANDBOX names, else the debug build."""
    binary = os.environ.get("LOMI_SANDBOX", ROOT / "target" / "debug" / "lomi-sandbox")
    with subprocess.Popen([binary, "--quiet", "--port", "0"], stdout=subprocess.PIPE) as process:
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(scope="session")
def databases():
    """How to connect to PostgreSQL, MariaDB and Redis, and a folder for SQLite."""
    command = [sys.executable, ROOT / "tests" / "databases" / "start.py"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        yield json.loads(process.stdout.readline())
        process.stdin.close()


@pytest.fixture(scope="session")
def django():
    import django
    from django.conf import settings

    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF="test_contrib", SECRET_KEY="x")
    django.setup()
    return django


@pytest.fixture(scope="session")
def django_databases(django, databases):
    """Django's aliases are the names of its backends."""
    import pymysql
    from django.db import connections

    pymysql.install_as_MySQLdb()
    servers = {"postgresql": databases["postgresql"], "mysql": databases["mariadb"]}
    known = {"sqlite": {"ENGINE": "sqlite3", "NAME": databases["sqlite"]["folder"] + "/django.db"}}
    for name, at in servers.items():
        words = {"NAME": "database", "USER": "user", "PASSWORD": "password", "HOST": "host"}
        known[name] = {word: at[key] for word, key in words.items()}
        known[name] |= {"ENGINE": name, "PORT": at["port"]}
    for settings in known.values():
        settings["ENGINE"] = f"django.db.backends.{settings['ENGINE']}"
    known["sqlite"]["OPTIONS"] = {"timeout": 30}
    connections.settings = connections.configure_settings({"default": {}, **known})
    yield
    connections.close_all()


@pytest.fixture
def shop_in(databases, request):
    """Makes a shop with tables of its own, such as one of "psycopg" or "django-mysql"."""
    from shops import DJANGO, shop

    def start(kind):
        if kind in DJANGO:
            request.getfixturevalue("django_databases")
        return shop(databases, kind)

    return start


@pytest.fixture
def client(sandbox):
    return lomi.LomiClient(sandbox["test_key"], base_url=sandbox["url"] + "/v1")


@pytest.fixture
def async_client(sandbox):
    return lomi.AsyncLomiClient(sandbox["test_key"], base_url=sandbox["url"] + "/v1")


@pytest.fixture
def api(sandbox):
    configuration = lomi.Configuration(host=sandbox["url"] + "/v1")
    configuration.api_key["ApiKeyAuth"] = sandbox["test_key"]
    return lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))


class Request:
    """One request as it came in."""

    def __init__(self, head, body):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = first.split(" ")
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Scripted:
    """A server that answers every request with the response of a function.

    The function gives (status, headers, body), raw bytes to send as they are, or None to
    close the connection.
    """

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self._connections = set()
        self._counting = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(OSError):
                self._start(self._wrapped(connection))

    def _wrapped(self, connection):
        """For TLS."""
        return connection

    def _start(self, connection):
        with self._counting:
            self._connections.add(connection)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @property
    def open(self):
        """How many connections there are."""
        return len(self._connections)

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as incoming:
                while request := self._read(incoming):
                    self.requests.append(request)
                    answer = self.answer(request)
                    if answer is None:
                        return
                    connection.sendall(answer if isinstance(answer, bytes) else written(*answer))
        except OSError:
            pass
        finally:
            with self._counting:
                self._connections.remove(connection)

    def _read(self, incoming):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = incoming.readline()
            if not line:
                return None
            head += line
        request = Request(head[:-4], b"")
        request.body = incoming.read(int(request.headers.get("content-length", 0)))
        return request

    def close(self):
        """Ends connections too: clients keep them, and the next server may get the same port."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        # The next listener may get the same descriptor: a thread on its way to accept would take
        # that one's connections.
        self._accepting.join(5)
        self._listener.close()
        with self._counting:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def written(status, headers, body):
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        headers = {"content-type": "application/json", **headers}
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
def serve():
    """Starts a scripted server: serve(200, {...}), or serve(function of the request)."""
    servers = []

    def start(status, body=None, headers=None):
        answer = status if callable(status) else lambda _: (status, headers or {}, body)
        servers.append(Scripted(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def talk(serve):
    """A modern client of a scripted server; the server is its `server`."""

    def start(status, body=None, headers=None, **settings):
        server = serve(status, body, headers)
        client = lomi.LomiClient("lomi_sk_test_secret1", base_url=server.url, **settings)
        client.server = server
        return client

    return start


@pytest.fixture
def documented(serve):
    """The documented API of a scripted server; the server is its `server`."""

    def start(status, body=None, headers=None):
        server = serve(status, body, headers)
        configuration = lomi.Configuration(host=server.url)
        configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_secret1"
        api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
        api.server = server
        return api

    return start


def echo(request):
    """A session that shows the id and the keys of its request."""
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


class WatchesNothing(asyncio.SelectorEventLoop):
    """As asyncio's ProactorEventLoop, the one of Windows: it watches no descriptors."""

    def add_reader(self, *_):
        raise NotImplementedError


def until(condition, seconds=5.0):
    """Waits for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.01)


def encrypted(folder, asks=False, authority=False):
    """A TLS server with a certificate of its own, and the files of it and its key. One
    that asks wants the same certificate of whoever comes. The certificate is that of a
    server alone, or of an authority as well."""
    import ssl

    subprocess.run(
        [
            *"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split(),
            *"-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost".split(),
            *f"-addext basicConstraints=critical,CA:{str(authority).upper()}".split(),
            *f"-keyout {folder}/key.pem -out {folder}/cert.pem".split(),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    if asks:
        context.load_verify_locations(folder / "cert.pem")
        context.verify_mode = ssl.CERT_REQUIRED

    class Encrypted(Scripted):
        def _wrapped(self, connection):
            # The first read makes the handshake, in the thread of the connection.
            return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)

    server = Encrypted(echo)
    server.https = server.url.replace("http://127.0.0.1", "https://localhost")
    server.ca, server.key = str(folder / "cert.pem"), str(folder / "key.pem")
    return server


@pytest.fixture(scope="module")
def https(tmp_path_factory):
    server = encrypted(tmp_path_factory.mktemp("tls"))
    yield server
    server.close()


@pytest.fixture
def proxy(https):
    """A proxy that connects to the TLS server, whatever host is requested."""
    listener = socket.create_server(("127.0.0.1", 0))
    heads = []

    def pipe(source, target):
        while data := source.recv(65536):
            target.sendall(data)
        target.close()

    def lead(client):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        heads.append(head.decode())
        server = socket.create_connection(("127.0.0.1", int(https.url.rsplit(":", 1)[1])))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=pipe, args=(client, server), daemon=True).start()
        threading.Thread(target=pipe, args=(server, client), daemon=True).start()

    def accept():
        while True:
            try:
                lead(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    yield f"127.0.0.1:{listener.getsockname()[1]}", heads
    listener.close()


@pytest.fixture
def post(talk):
    """Sends a body by `create` and gives what arrived."""
    client = talk(201, {"checkout_session_id": "cs_1"})

    def send(*given, **fields):
        client.checkout_sessions.create(*given, **fields)
        return json.loads(client.server.requests[-1].body, parse_float=decimal.Decimal)

    send.client, send.requests = client, client.server.requests
    return send
