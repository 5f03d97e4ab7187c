"""The command `lomi`, and the README as a new user tries it."""

import json
import os
import re
import subprocess
import sys

import pytest

import lomi
from conftest import ROOT

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
