"""The command `lomi`, and the README as a new user tries it."""

import json
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

import lomi
from conftest import ROOT
from lomi.testing import Sandbox

PACKAGE = ROOT / "bindings-python"
BINARY = os.environ.get("LOMI_SANDBOX", str(ROOT / "target" / "debug" / "lomi-sandbox"))


@pytest.fixture
def run(sandbox, tmp_path):
    """Runs an interpreter in an empty folder, set up as the README says."""

    def start(*arguments, given=None, **more):
        env = {
            **os.environ,
            "PYTHONPATH": str(PACKAGE / "python"),
            "LOMI_API_KEY": sandbox["test_key"],
            "LOMI_BASE_URL": sandbox["url"],
            "LOMI_WEBHOOK_SECRET": sandbox["webhook_secret"],
            **more,
        }
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, text=True, env=env, cwd=tmp_path, timeout=60
        )

    return start


def test_version(run):
    assert run("-m", "lomi", "--version").stdout == f"lomi {lomi.__version__}\n"


def test_sessions(run):
    said = run("-m", "lomi", "sessions", "create", "10000", "XOF", "title=Tea", "quantity=2")
    made = json.loads(said.stdout)
    assert (made["amount"], made["title"], made["quantity"]) == (10000, "Tea", 2)
    id = made["checkout_session_id"]
    assert json.loads(run("-m", "lomi", "sessions", "get", id).stdout)["checkout_session_id"] == id
    listed = run("-m", "lomi", "sessions", "list", "--status", "open", "--limit", "1").stdout
    assert json.loads(listed)["checkout_session_id"] == id


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["sessions", "get", "no-such-session"], 1, "lomi: "),
        (["sessions", "create", "ten", "XOF"], 2, "'ten' is no number"),
        (["sessions", "create", "10", "XOF", "title"], 2, "'title' is not NAME=VALUE"),
        (["sessions"], 2, "VERB"),
        ([], 2, "COMMAND"),
    ],
)
def test_what_does_not_work_says_so(run, arguments, code, said):
    ran = run("-m", "lomi", *arguments)
    assert ran.returncode == code and said in ran.stderr and "Traceback" not in ran.stderr


def test_webhooks(run, sandbox):
    body = '{"id":"evt_1","event":"PAYMENT_SUCCEEDED","data":{"amount":5}}'
    signature = lomi.webhooks.sign(body, sandbox["webhook_secret"])
    good = run("-m", "lomi", "webhooks", "verify", signature, given=body)
    assert good.returncode == 0 and json.loads(good.stdout)["event"] == "PAYMENT_SUCCEEDED"
    bad = run("-m", "lomi", "webhooks", "verify", signature, given=body + " ")
    assert bad.returncode == 1 and bad.stdout == "" and bad.stderr.startswith("lomi: ")


def test_the_sandbox_takes_its_own_arguments(run):
    told = run("-m", "lomi", "sandbox", "--no-such-argument", LOMI_SANDBOX=BINARY)
    assert told.returncode != 0 and "no-such-argument" in told.stderr
    command = [sys.executable, "-m", "lomi", "sandbox", "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE / "python"), "LOMI_SANDBOX": BINARY}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        said = json.loads(process.stdout.readline())
        client = lomi.LomiClient(said["test_key"], base_url=said["url"])
        assert client.checkout_sessions.create(amount=1, currency_code="XOF").status == "open"
        process.terminate()
    missing = run("-m", "lomi", "sandbox", LOMI_SANDBOX="", PATH="")
    assert missing.returncode == 1 and "lomi-sandbox" in missing.stderr


@pytest.fixture
def shop(run):
    """A sandbox of its own with three payments, and the commands over it."""
    sandbox = Sandbox.start(binary=BINARY)
    client = sandbox.client()
    for amount in (5001, 5002, 5003):
        session = client.checkout_sessions.create(amount=amount, currency_code="XOF")
        sandbox.pay(session.checkout_session_id)
    env = {"LOMI_API_KEY": sandbox.test_key, "LOMI_BASE_URL": sandbox.url}
    env["LOMI_WEBHOOK_SECRET"] = "whsec_of_a_test"
    yield SimpleNamespace(
        client=sandbox.client,
        pay=sandbox.pay,
        control=sandbox.control,
        test_key=sandbox.test_key,
        env=env,
        run=lambda *given: run("-m", "lomi", *given, **env),
    )
    sandbox.stop()


def test_reconcile_sends_what_was_missed(shop, serve, tmp_path):
    received = []

    def endpoint(request):
        signature = request.headers["x-lomi-signature"]
        event = lomi.webhooks.construct_event(request.body, signature, "whsec_of_a_test")
        assert request.method == "POST" and request.headers["x-lomi-event"] == event.event
        received.append(event)
        return 204, {}, ""

    url = serve(endpoint).url + "/hook"
    first = shop.run("reconcile", "--since", "2020-01-01", "--to", url)
    assert first.returncode == 0 and first.stderr == "lomi: 6 delivered\n", first.stderr
    events = [event for event, _ in shop.client().reconcile("2020-01-01")]
    key = lomi.webhooks.ReplayGuard.key
    assert received == events and list(map(key, received)) == list(map(key, events))
    cursor = first.stdout.strip()
    again = shop.run("reconcile", "--since", cursor, "--to", url)
    assert again.returncode == 0 and len(received) == 6
    dry = shop.run("reconcile", "--since", "2020-01-01", "--dry-run")
    lines = [json.loads(line) for line in dry.stdout.splitlines()]
    assert dry.returncode == 0 and len(received) == 6
    assert [line["id"] for line in lines] == [event.id for event in events]


def test_reconcile_stops_where_the_endpoint_fails(shop, serve, tmp_path):
    accepted, attempts = [], []
    working = []

    def endpoint(request):
        attempts.append(request.body)
        if len(accepted) == 2 and not working:
            # A redirect is no acceptance, and is not followed.
            return 302, {"location": server.url + "/elsewhere"}, ""
        accepted.append(request.json["id"])
        return 200, {}, {}

    server = serve(endpoint)
    file = tmp_path / "cursor"
    arguments = ["reconcile", "--cursor-file", str(file), "--to", server.url]
    missing = shop.run(*arguments)
    assert missing.returncode == 1 and "--since" in missing.stderr and attempts == []
    stopped = shop.run(*arguments, "--since", "2020-01-01")
    assert stopped.returncode == 1 and "the endpoint answered 302" in stopped.stderr
    assert len(attempts) == 6 and len(set(attempts)) == 3, "the third was tried four times"
    assert all(request.path == "/" for request in server.requests)
    assert stopped.stdout == file.read_text() and stopped.stdout.startswith("{")
    assert [path.name for path in tmp_path.iterdir()] == ["cursor"]
    for words in (stopped.stdout, stopped.stderr):
        assert "whsec" not in words and shop.test_key not in words
    working.append(True)
    done = shop.run(*arguments, "--since", "2020-01-01")
    assert done.returncode == 0 and done.stderr == "lomi: 4 delivered\n"
    assert len(accepted) == len(set(accepted)) == 6
    assert shop.run(*arguments).stderr == "lomi: 0 delivered\n"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--to", "ftp://localhost/"], "http or https"),
        (["--to", "http://user:word@localhost/"], "without a user name"),
        (["--to", "localhost"], "http or https"),
        ([], "--to"),
        (["--dry-run", "--cursor-file", "/"], "Is a directory"),
    ],
)
def test_reconcile_refuses(run, arguments, said):
    ran = run("-m", "lomi", "reconcile", "--since", "2026-01-01", *arguments)
    assert ran.returncode == 1 and said in ran.stderr and "Traceback" not in ran.stderr
    assert "word" not in ran.stderr


def test_wait(shop):
    client = shop.client()
    (paid, *_) = client.checkout_sessions.list(status="completed")
    final = shop.run("wait", paid.checkout_session_id)
    assert final.returncode == 0 and json.loads(final.stdout)["status"] == "completed"
    (transaction, *_) = client.transactions.list()
    final = shop.run("wait", transaction.transaction_id, "--kind", "transactions")
    assert final.returncode == 0 and json.loads(final.stdout)["status"] == "completed"
    session = client.checkout_sessions.create(amount=1, currency_code="XOF")
    pending = shop.run("wait", session.checkout_session_id, "--timeout", "0.1")
    assert pending.returncode == 3 and json.loads(pending.stdout)["status"] == "open"
    until = shop.run("wait", session.checkout_session_id, "--until", "open")
    assert until.returncode == 0 and json.loads(until.stdout)["status"] == "open"
    assert shop.run("wait", "x", "--kind", "customers").returncode == 2
    assert shop.run("wait", "x", "--timeout", "soon").returncode == 2


def test_events(shop):
    once = shop.run("events", "--since", "2020-01-01")
    assert once.returncode == 0 and len(once.stdout.splitlines()) == 6
    assert shop.run("events").stdout == ""
    command = [sys.executable, "-m", "lomi", "events", "--follow", "--every", "0.05"]
    env = {**os.environ, **shop.env, "PYTHONPATH": str(PACKAGE / "python")}
    pipe = subprocess.PIPE
    since = ["--since", "2020-01-01"]
    with subprocess.Popen(command + since, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        before = [json.loads(process.stdout.readline()) for _ in range(6)]
        shop.control("POST", "faults", {"fault": "503", "count": 8, "method": "GET"})
        session = shop.client().checkout_sessions.create(amount=5004, currency_code="XOF")
        shop.pay(session.checkout_session_id)
        after = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=10)
    assert process.returncode == 0 and said == "" and "Traceback" not in errors
    assert len({event["id"] for event in before + after}) == 8
    assert {event["event"] for event in after} == {
        "PAYMENT_SUCCEEDED",
        "CHECKOUT_SESSION_COMPLETED",
    }


def blocks():
    return re.findall(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)


def awaited(block):
    return "async def main():\n" + "".join(f"    {line}\n" for line in block.splitlines())


def test_the_readme_runs(run):
    first, *others = blocks()
    ran = run("-c", first)
    assert ran.returncode == 0 and re.fullmatch(r"http://127.0.0.1:\d+/checkout/.+\n", ran.stdout)
    (loop,) = [block for block in others if "async with" in block]
    ran = run("-c", f"import asyncio, lomi\n{awaited(loop)}asyncio.run(main())")
    assert ran.returncode == 0 and len(ran.stdout.split()) >= 2, ran.stderr
    calls = next(block for block in others if "update(" in block)
    # Today's server cannot change sessions, and has no customers: the rest runs as it is.
    kept = [line for line in calls.splitlines() if not re.search(r"\(session_id|request", line)]
    ran = run("-c", "\n".join(["import lomi", "client = lomi.LomiClient()", *kept]))
    assert ran.returncode == 0 and " open" in ran.stdout, ran.stderr


def test_every_block_of_the_readme_is_python():
    for block in blocks():
        compile(awaited(block), "README.md", "exec")
