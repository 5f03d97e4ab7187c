"""Recording a run, replaying it, and the stub for unit tests."""

import asyncio
import json
import os
import subprocess
import sys
import time

import pytest

import lomi
import lomi.testing
from conftest import ROOT

PACKAGE = ROOT / "bindings-python" / "python"


def shop(client):
    """What a shop does, and what it gets."""
    results = []
    for amount in (5001, 5002, 5003):
        session = client.checkout_sessions.create(
            amount=amount,
            currency_code="XOF",
            customer_email="planted@example.sn",
            metadata={"order": "planted-1"},
        )
        results.append((session.amount, session.status))
    listed = client.checkout_sessions.list(limit=2)
    results.append([session.amount for session in listed.data])
    with pytest.raises(lomi.NotFoundError) as missing:
        client.refunds.get("00000000-0000-4000-8000-00000000dead")
    results.append((missing.value.status, missing.value.attempts))
    return results


def test_a_recorded_run_is_replayed_without_a_server(sandbox, tmp_path):
    file = tmp_path / "run.jsonl"
    client = lomi.LomiClient(sandbox["test_key"], base_url=sandbox["url"], record=file)
    recorded = shop(client)
    text = file.read_text()
    assert sandbox["test_key"] not in text and "planted" not in text
    assert file.stat().st_mode & 0o777 == 0o600
    assert all(json.loads(line)["lomi"] == 1 for line in text.splitlines())

    assert shop(lomi.LomiClient.replay(file)) == recorded
    with pytest.raises(lomi.ConfigurationError, match="is not in the recording"):
        lomi.LomiClient.replay(file).customers.get("nobody")


def test_the_environment_records_every_client(sandbox, tmp_path):
    file = tmp_path / "run.jsonl"
    program = "import lomi; lomi.LomiClient().checkout_sessions.list(limit=3)"
    subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ
        | {
            "PYTHONPATH": str(PACKAGE),
            "LOMI_API_KEY": sandbox["test_key"],
            "LOMI_BASE_URL": sandbox["url"],
            "LOMI_RECORD": str(file),
        },
        check=True,
    )
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["path"] == "/checkout-sessions?limit=3"

    async def replayed():
        async with lomi.AsyncLomiClient.replay(file) as client:
            return await client.checkout_sessions.list(limit=3)

    assert asyncio.run(replayed()).data is not None


def test_a_file_that_is_no_recording_is_refused(tmp_path):
    with pytest.raises(lomi.ConfigurationError, match="cannot be read"):
        lomi.LomiClient.replay(tmp_path / "none")
    (tmp_path / "other").write_text("{}\n")
    with pytest.raises(lomi.ConfigurationError, match="line 1"):
        lomi.LomiClient.replay(tmp_path / "other")


def test_a_stub_answers_with_examples(monkeypatch):
    monkeypatch.setenv("LOMI_API_KEY", "lomi_pk_wrong")
    stub = lomi.testing.stub()
    client = stub.client()
    session = client.checkout_sessions.create(amount=700, currency_code="XOF")
    assert (session.amount, session.currency_code) == (700, "XOF")
    assert session.checkout_url.startswith("https://")
    assert client.refunds.get("r_9").refund_id == "r_9"
    assert len(list(client.transactions.list().auto_paging_iter())) == 1
    assert stub.requests[0] == {
        "operation": "checkout_sessions.create",
        "method": "POST",
        "path": "/v1/checkout_sessions",
        "body": {"amount": 700, "currency_code": "XOF"},
        "idempotency_key": stub.requests[0]["idempotency_key"],
    }


def test_a_stub_answers_what_the_test_has_set():
    stub = lomi.testing.stub()
    stub.respond("checkout_sessions.get", {"error": {"message": "gone"}}, status=404)
    with pytest.raises(lomi.NotFoundError, match="gone"):
        stub.client().checkout_sessions.get("cs_1")
    assert stub.client().checkout_sessions.get("cs_1").checkout_session_id == "cs_1"

    stub.fail("refunds.create", "timeout")
    with pytest.raises(lomi.OutcomeUnknownError):
        stub.client().refunds.create(transaction_id="t_1", amount=500)
    began = time.monotonic()
    stub.fail("customers.list")
    with pytest.raises(lomi.APIConnectionError) as failed:
        stub.client(max_retries=4).customers.list()
    assert failed.value.attempts == 5 and time.monotonic() - began < 0.5, "pauses were waited for"

    async def get():
        async with stub.async_client() as client:
            return await client.checkout_sessions.get("cs_2")

    assert asyncio.run(get()).checkout_session_id == "cs_2"
    with pytest.raises(lomi.ValidationError, match=r"did you mean \"refunds.create\""):
        stub.respond("refunds.creat", {})


def test_a_stub_needs_no_pytest():
    program = (
        "import sys; sys.modules['pytest'] = None\n"
        "import lomi.testing; print(lomi.testing.stub().client().me.get())"
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
