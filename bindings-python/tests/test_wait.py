"""Waiting until an object is in a final state."""

import asyncio
import inspect
import pickle
import threading
import time
import urllib.request

import pytest

import lomi

KEY = "lomi_sk_test_secret1"
RESOURCES = [
    "beneficiary_payouts",
    "checkout_sessions",
    "exports",
    "payment_requests",
    "payouts",
    "refunds",
    "transactions",
    "transfers",
]


def pay(sandbox, session):
    url = f"{sandbox['url']}/_sandbox/sessions/{session.checkout_session_id}/pay"
    urllib.request.urlopen(urllib.request.Request(url, method="POST")).close()


def test_a_session_is_waited_for_until_it_is_paid(client, sandbox):
    session = client.checkout_sessions.create(amount=5000, currency_code="XOF")
    payment = threading.Timer(1.2, pay, (sandbox, session))
    payment.start()
    started = time.monotonic()
    paid = client.checkout_sessions.wait(session.checkout_session_id)
    assert type(paid) is lomi.CheckoutSession and paid.status == "completed"
    assert 1 < time.monotonic() - started < 6
    assert paid.last_response.attempts > 1
    transactions = client.transactions.list(limit=1).data
    done = client.transactions.wait(transactions[0].transaction_id, timeout=5)
    assert type(done) is lomi.Transaction and done.status == "completed"


def test_the_last_state_is_kept(client):
    session = client.checkout_sessions.create(amount=5000, currency_code="XOF")
    with pytest.raises(lomi.StillPendingError, match="still open") as raised:
        client.checkout_sessions.wait(session.checkout_session_id, timeout=2)
    error = raised.value
    assert type(error.last) is lomi.CheckoutSession and error.last.status == "open"
    assert error.last.checkout_session_id == session.checkout_session_id
    assert (error.status, error.outcome, error.attempts) == (200, "final", 3)
    copied = pickle.loads(pickle.dumps(error))
    assert copied.last == error.last and copied.kind == "StillPendingError"
    assert lomi.NotFoundError("x").last is None


def test_the_state_to_wait_for(serve):
    states = iter(["pending", "processing", "processing"])
    server = serve(lambda r: (200, {}, {"payout_id": "po_1", "status": next(states)}))
    client = lomi.LomiClient(KEY, base_url=server.url)
    payout = client.payouts.wait("po_1", until="processing", timeout=10)
    assert payout.status == "processing" and len(server.requests) == 2
    with pytest.raises(lomi.ValidationError, match='did you mean "completed"'):
        client.payouts.wait("po_1", until="complete")
    with pytest.raises(lomi.ValidationError, match="empty"):
        client.payouts.wait("po_1", until="")
    assert len(server.requests) == 2


def test_a_state_that_is_none_is_the_final_one(serve):
    states = iter(["pending", "completed"] * 2)
    server = serve(lambda r: (200, {}, {"payout_id": "po_1", "status": next(states)}))
    client = lomi.LomiClient(KEY, base_url=server.url)
    assert client.payouts.wait("po_1", until=None, timeout=10).status == "completed"

    async def main():
        async with lomi.AsyncLomiClient(KEY, base_url=server.url) as client:
            payout = await client.payouts.wait("po_1", until=None, timeout=10)
            assert payout.status == "completed"

    asyncio.run(main())
    assert len(server.requests) == 4


def test_an_outage_does_not_end_a_wait(serve):
    def respond(request):
        started = len(server.requests)
        return (503, {}, {}) if started < 3 else (200, {}, {"refund_id": "r", "status": "failed"})

    server = serve(respond)
    client = lomi.LomiClient(KEY, base_url=server.url, max_retries=0)
    assert client.refunds.wait("r", timeout=20).status == "failed"


def test_a_final_error_ends_a_wait(client):
    with pytest.raises(lomi.NotFoundError):
        client.refunds.wait("00000000-0000-4000-8000-000000000000", timeout=20)


def test_an_awaited_wait_lets_others_run(async_client, sandbox):
    async def main():
        async with async_client as client:
            session = await client.checkout_sessions.create(amount=5000, currency_code="XOF")
            wait = client.checkout_sessions.wait(session.checkout_session_id)
            waiting = asyncio.create_task(wait)
            for _ in range(5):
                await asyncio.sleep(0.1)
            assert not waiting.done()
            await asyncio.to_thread(pay, sandbox, session)
            assert (await waiting).status == "completed"
            with pytest.raises(lomi.StillPendingError) as raised:
                other = await client.checkout_sessions.create(amount=1, currency_code="XOF")
                await client.checkout_sessions.wait(other.checkout_session_id, timeout=1)
            assert raised.value.last.status == "open"
            waiting = asyncio.create_task(client.checkout_sessions.wait(other.checkout_session_id))
            await asyncio.sleep(0.2)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(main())


@pytest.mark.parametrize("kind", [lomi.LomiClient, lomi.AsyncLomiClient])
def test_what_can_be_waited_for(kind):
    client = kind(KEY)
    names = [name for name in dir(client) if not name.startswith("_")]
    waits = [name for name in names if hasattr(getattr(client, name), "wait")]
    assert waits == RESOURCES
    for name in waits:
        assert inspect.signature(getattr(client, name).wait).parameters["until"].default == "final"
