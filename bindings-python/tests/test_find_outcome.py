"""Finding out whether a call was done whose response was lost, against the sandbox."""

import asyncio
import json
import os
import pickle
import re
import subprocess
import sys
import time

import pytest

import lomi
from conftest import ROOT

PACKAGE = ROOT / "bindings-python"
LOST = {"X-Sandbox-Fault": "reset-after"}
NEVER_CAME = {"X-Sandbox-Fault": "reset-before"}


def started(generation):
    binary = os.environ.get("LOMI_SANDBOX", ROOT / "target" / "debug" / "lomi-sandbox")
    command = [binary, "--quiet", "--port", "0", "--generation", generation]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


@pytest.fixture(scope="module")
def shops():
    """A client of a sandbox of a generation of the API, each started once."""
    clients, processes = {}, []

    def shop(generation="d"):
        if generation not in clients:
            processes.append(started(generation))
            said = json.loads(processes[-1].stdout.readline())
            clients[generation] = lomi.LomiClient(said["test_key"], base_url=said["url"])
        return clients[generation]

    yield shop
    for process in processes:
        process.terminate()
        process.wait()
        process.stdout.close()


def paid(client, amount):
    """The id of a transaction that was paid."""
    session = client.checkout_sessions.create(amount=amount, currency_code="XOF")
    path = f"/_sandbox/sessions/{session.checkout_session_id}/pay"
    client.request("POST", path, body={})
    rows = client.transactions.list().auto_paging_iter()
    return next(row.transaction_id for row in rows if row.gross_amount == amount)


def awaited(client):
    """The same client for asyncio."""
    return lomi.AsyncLomiClient(**client._settings)


def program(code, *arguments, given=None):
    """Runs another program, which gets `given` on its standard input."""
    env = {**os.environ, "PYTHONPATH": str(PACKAGE / "python")}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, input=given, capture_output=True, env=env)


def lose(client, transaction, amount, headers):
    with pytest.raises(lomi.OutcomeUnknownError) as caught:
        client.refunds.create(transaction_id=transaction, amount=amount, headers=headers)
    return caught.value


def earlier(error, seconds=600):
    """The stored facts of a call that was made so long ago."""
    known = json.loads(error.unknown_call)
    for name in ("started_at", "ended_at"):
        known[name] -= seconds * 1000
    return json.dumps(known)


def test_a_refund_is_found(shops):
    client = shops()
    transaction = paid(client, 5001)
    error = lose(client, transaction, 1500, LOST)
    match client.find_outcome(error):
        case lomi.Done(lomi.Refund() as refund):
            assert refund.transaction_id == transaction and refund.refunded_amount == 1500
        case other:
            pytest.fail(repr(other))
    assert asyncio.run(awaited(client).find_outcome(error.unknown_call)) == lomi.Done(refund)
    # Another program reads the error, and another one the string.
    code = (
        "import lomi, pickle, sys; error = pickle.load(sys.stdin.buffer);"
        f"client = lomi.LomiClient(sys.argv[1], base_url={client.base_url!r});"
        "print(client.find_outcome(error).object.refund_id)"
    )
    ran = program(code, client._settings["api_key"], given=pickle.dumps(error))
    assert ran.stdout.decode().strip() == str(refund.refund_id), ran.stderr


def test_what_was_not_done_is_known_after_a_while(shops):
    client = shops()
    transaction = paid(client, 5002)
    error = lose(client, transaction, 1600, NEVER_CAME)
    found = client.find_outcome(error)
    assert isinstance(found, lomi.Ambiguous) and found.candidates == []
    assert "may still do it" in found.reason and 0 < found.ask_again_after <= 130
    assert client.find_outcome(earlier(error)) == lomi.NotDone()
    assert asyncio.run(awaited(client).find_outcome(earlier(error))) == lomi.NotDone()


def test_two_equal_refunds_are_ambiguous_without_known_ids(shops):
    client = shops()
    transaction = paid(client, 5003)
    known = client.refunds.create(transaction_id=transaction, amount=1700)
    error = lose(client, transaction, 1700, LOST)
    match client.find_outcome(error):
        case lomi.Ambiguous(candidates, reason, None):
            assert len(candidates) == 2 and reason
            assert all(isinstance(refund, lomi.Refund) for refund in candidates)
        case other:
            pytest.fail(repr(other))
    mine = (refund.refund_id for refund in (known,))
    found = client.find_outcome(error, known_ids=mine)
    assert isinstance(found, lomi.Done) and found.object.refund_id != known.refund_id


def test_a_keyed_create_is_repeated_with_its_key(shops):
    client = shops()
    titles = [session.title for session in client.checkout_sessions.list().auto_paging_iter()]
    seen = []
    client = client.with_options(on_request=lambda event: seen.append(event.idempotency_key))
    for headers in (LOST, NEVER_CAME):
        with pytest.raises(lomi.OutcomeUnknownError) as caught:
            client.checkout_sessions.create(
                amount=700, currency_code="XOF", title="keyed", headers=headers
            )
        seen.clear()
        found = client.find_outcome(caught.value)
        assert isinstance(found.object, lomi.CheckoutSession)
        assert found.object.last_response.idempotency_key == caught.value.idempotency_key
        assert seen == [caught.value.idempotency_key], "the hooks of the client are called"
    now = [session.title for session in client.checkout_sessions.list().auto_paging_iter()]
    assert now.count("keyed") == titles.count("keyed") + 2


def test_a_deletion_has_no_object(shops):
    client = shops()
    hook = client.webhooks.create(
        url="https://shop.ci/hooks", authorized_events=[lomi.WebhookEvent.PAYMENT_SUCCEEDED]
    )
    with pytest.raises(lomi.OutcomeUnknownError) as caught:
        client.webhooks.delete(hook.webhook_id, headers=LOST)
    assert client.find_outcome(caught.value) == lomi.Done(None)


def test_the_second_call_of_a_confirmation(shops):
    client = shops("e")
    transaction = paid(client, 5004)
    refund = {"transaction_id": transaction, "amount": 500}
    asked = client.refunds.create(refund)  # shows which API this is
    error = lose(client, transaction, 500, LOST)
    assert client.find_outcome(error) == lomi.NotDone(), "the first call does no work"
    lossy = client.with_options(headers=LOST)
    asked = client.refunds.create(refund)
    asked._client = (lossy._native, False)
    with pytest.raises(lomi.OutcomeUnknownError) as caught:
        asked.confirm()
    found = client.find_outcome(caught.value)
    assert isinstance(found, lomi.Done) and found.object.transaction_id == transaction


def test_a_cancelled_task_leaves_what_is_needed(shops):
    client = shops()
    transaction = paid(client, 5005)
    api = awaited(client)

    async def main():
        slow = {"X-Sandbox-Fault": "latency-after=20000"}
        task = asyncio.create_task(
            api.refunds.create(transaction_id=transaction, amount=1800, headers=slow)
        )
        with pytest.raises(asyncio.TimeoutError) as caught:
            await asyncio.wait_for(task, 0.5)
        call = lomi.CancelledError.behind(caught.value)
        assert json.loads(call.unknown_call)["operation"] == "create_refund"
        for error in (caught.value, call, call.unknown_call):
            found = await api.find_outcome(error)
            assert isinstance(found, lomi.Done) and found.object.transaction_id == transaction

    asyncio.run(main())


def test_on_trio_and_under_gevent(shops):
    client = shops()
    error = lose(client, paid(client, 5008), 500, LOST)
    api = awaited(client)
    found = pytest.importorskip("trio").run(api.find_outcome, error)
    assert isinstance(found, lomi.Done)
    pytest.importorskip("gevent")
    code = (
        "import gevent.monkey; gevent.monkey.patch_all(); import lomi, sys;"
        f"client = lomi.LomiClient(sys.argv[1], base_url={client.base_url!r});"
        "print(client.find_outcome(sys.argv[2]).object.refund_id)"
    )
    ran = program(code, client._settings["api_key"], error.unknown_call)
    assert ran.stdout.decode().strip() == str(found.object.refund_id), ran.stderr


def test_a_search_can_be_cancelled(serve):
    server = serve(lambda request: None)
    api = lomi.AsyncLomiClient("lomi_sk_test_secret1", base_url=server.url, max_retries=0)

    async def main():
        with pytest.raises(lomi.OutcomeUnknownError) as caught:
            await api.refunds.create(transaction_id="t_1", amount=5)
        server.answer = lambda request: time.sleep(5)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(api.find_outcome(caught.value), 0.3)
        server.answer = lambda request: (500, {}, {})
        with pytest.raises(lomi.ServerError):
            await api.find_outcome(caught.value)

    asyncio.run(main())


def test_what_cannot_be_looked_for_is_refused_before_anything_is_sent(talk):
    client = talk(404, {"error": {"code": "not_found", "message": "no"}})
    with pytest.raises(lomi.NotFoundError) as caught:
        client.refunds.get("r_1")
    assert caught.value.unknown_call is None
    sent = len(client.server.requests)
    for wrong in (caught.value, KeyError("x"), "", "{}", '{"version": 9}', b"{}", None, 5):
        with pytest.raises(lomi.ValidationError):
            client.find_outcome(wrong)
        with pytest.raises(lomi.ValidationError):
            asyncio.run(awaited(client).find_outcome(wrong))
    assert len(client.server.requests) == sent


@pytest.mark.parametrize("ids", ["r_1", b"r_1", 5, [5], ["\ud800"], [None]])
def test_known_ids_that_are_none(talk, ids):
    client = talk(None)
    client.server.answer = lambda request: None
    error = lose(client, "t_1", 5, {})
    sent = len(client.server.requests)
    with pytest.raises(lomi.ValidationError, match="known_ids"):
        client.find_outcome(error, known_ids=ids)
    assert len(client.server.requests) == sent


def test_the_member_is_kept_out_of_texts(talk, caplog):
    client = talk(None)
    client.server.answer = lambda request: None
    with caplog.at_level("DEBUG"), pytest.raises(lomi.OutcomeUnknownError) as caught:
        client.refunds.create(transaction_id="t_1", amount=5, reason="of Awa Diop")
    error = pickle.loads(pickle.dumps(caught.value))
    assert "of Awa Diop" in error.unknown_call and "lomi_sk" not in error.unknown_call
    for text in (str(error), repr(error), error.message, caplog.text):
        assert "Awa Diop" not in text
    assert lomi.LomiError("wrong").unknown_call is None


def test_the_readme_finds_out(shops):
    client = shops()
    readme = (PACKAGE / "README.md").read_text()
    section = readme.partition("## Find out whether it was done")[2]
    (block,) = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    shown = []
    names = {"lomi": lomi, "print": lambda *all: shown.append(all)}
    for amount, headers in ((5006, LOST), (5007, NEVER_CAME)):
        shop = client.with_options(headers=headers)
        shop.find_outcome = client.find_outcome
        exec(block, {**names, "client": shop, "transaction_id": paid(client, amount)})
    (refunded, refund_id), (unknown, reason, candidates) = shown
    assert (refunded, unknown) == ("refunded:", "ask a person:")
    assert refund_id and "may still do it" in reason and candidates == []
