"""The pytest plugin, as a user's tests have it."""

import http.server
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from queue import Queue

import pytest

import lomi
from conftest import ROOT
from lomi.testing import Sandbox, find

pytest_plugins = ["lomi.testing"]


@pytest.fixture(scope="session")
def inbox():
    """The webhooks that the shop receives."""
    came = Queue()

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((body, self.headers["X-Lomi-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        came.url = f"http://127.0.0.1:{server.server_port}/webhooks"
        yield came
        server.shutdown()


@pytest.fixture(scope="session")
def lomi_sandbox_args(inbox):
    return ["--webhook-url", inbox.url]


def open_session(client):
    return client.checkout_sessions.create(amount=5000, currency_code="XOF", title="Coffee")


def status(client, session):
    return client.checkout_sessions.get(session.checkout_session_id).status


def test_a_session_is_paid_and_the_shop_is_told(lomi_sandbox, lomi_client, inbox):
    session = open_session(lomi_client)
    paid = lomi_sandbox.pay(session.checkout_session_id, "ORANGE")
    assert (paid["provider_code"], paid["net_amount"]) == ("ORANGE", 5000)
    assert status(lomi_client, session) == "completed"
    body, signature = inbox.get(timeout=5)
    event = lomi.webhooks.construct_event(body, signature, lomi_sandbox.webhook_secret)
    assert event.event == "PAYMENT_SUCCEEDED"
    assert lomi_sandbox.deliveries()[0]["event"] == "PAYMENT_SUCCEEDED"


def test_a_payment_waits_and_is_refused(lomi_sandbox, lomi_client, inbox):
    session = open_session(lomi_client)
    assert lomi_sandbox.pending(session.checkout_session_id)["status"] == "pending"
    assert lomi_sandbox.fail(session.checkout_session_id)["status"] == "failed"
    assert status(lomi_client, session) == "open"
    body, signature = inbox.get(timeout=5)
    event = lomi.webhooks.construct_event(body, signature, lomi_sandbox.webhook_secret)
    assert event.event == "PAYMENT_FAILED"


@pytest.mark.parametrize("by", ["61m", timedelta(minutes=61)])
def test_the_clock_ends_a_session(lomi_sandbox, lomi_client, by):
    session = open_session(lomi_client)
    lomi_sandbox.advance_clock(by)
    assert status(lomi_client, session) == "expired"


def test_a_session_is_ended_by_hand_and_nothing_is_paid_after(lomi_sandbox, lomi_client):
    session = open_session(lomi_client)
    lomi_sandbox.expire(session.checkout_session_id)
    assert status(lomi_client, session) == "expired"
    with pytest.raises(RuntimeError, match="409"):
        lomi_sandbox.expire(session.checkout_session_id)


def test_it_starts_and_stops_without_pytest():
    sandbox = Sandbox.start("--rate-limit", "120/60")
    assert open_session(sandbox.client()).status == "open"
    sandbox.stop()
    with pytest.raises(lomi.APIConnectionError):
        open_session(lomi.LomiClient(sandbox.test_key, base_url=sandbox.url, max_retries=0))
    with pytest.raises(RuntimeError, match="before it was ready"):
        Sandbox.start("--no-such-argument")


def test_the_program_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("LOMI_SANDBOX", "/somewhere/lomi-sandbox")
    assert find() == "/somewhere/lomi-sandbox"
    monkeypatch.delenv("LOMI_SANDBOX")
    there = tmp_path / "lomi-sandbox"
    there.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find() == str(there)
    monkeypatch.setenv("PATH", "")
    assert find() == str(ROOT / "target" / "debug" / "lomi-sandbox")


def test_pytest_finds_the_plugin_by_itself(tmp_path):
    """As an installed package does, by its entry point, named in conftest.py or not."""
    found = tmp_path / "lomi-0.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: lomi\nVersion: 0\n")
    project = (ROOT / "bindings-python" / "pyproject.toml").read_text()
    entry = '[project.entry-points.pytest11]\n"lomi.testing" = "lomi.testing"\n'
    assert entry in project
    (found / "entry_points.txt").write_text("[pytest11]\nlomi.testing = lomi.testing\n")
    (tmp_path / "test_shop.py").write_text(
        "def test_shop(lomi_client):\n    assert not list(lomi_client.checkout_sessions.list())\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT / "bindings-python" / "python")])
    for conftest in ("", 'pytest_plugins = ["lomi.testing"]\n'):
        (tmp_path / "conftest.py").write_text(conftest)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            capture_output=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, timeout=60,
        )  # fmt: skip
        assert b"1 passed" in done.stdout, done.stdout


def test_it_ends_when_its_owner_is_killed():
    code = (
        "import time; from lomi.testing import Sandbox;"
        "print(Sandbox.start().url, flush=True); time.sleep(60)"
    )
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    with subprocess.Popen(command, stdout=pipe, text=True, env=env) as owner:
        url = owner.stdout.readline().strip()
        client = lomi.LomiClient("lomi_sk_test_1", base_url=url, max_retries=0)
        with pytest.raises(lomi.AuthenticationError):
            client.checkout_sessions.list()
        owner.kill()
    gone = time.monotonic() + 5
    while time.monotonic() < gone:
        try:
            client.checkout_sessions.list()
        except lomi.APIConnectionError:
            return
        except lomi.AuthenticationError:
            time.sleep(0.05)
    pytest.fail("the sandbox outlives its owner")
