"""Money that moves in two calls: the first asks for a confirmation, and nothing has moved."""

import asyncio
import json
import pickle

import pytest

import lomi

KEY = "lomi_sk_test_secret1"
REFUND = {"transaction_id": "t_1", "amount": 500}
PREVIEW = {
    "requires_confirmation": True,
    "confirmation_token": "ct_1",
    "expires_at": "2126-01-01T00:00:00Z",
    "preview": {"amount": 500},
}
DONE = (201, {}, {"refund_id": "r_1", "amount": 500})


@pytest.fixture
def asking(serve):
    """A server that asks first. `server.second` answers the requests with a token."""

    def answer(request):
        if "confirmation_token" not in json.loads(request.body):
            return (201, {}, PREVIEW)
        return server.second.pop(0) if len(server.second) > 1 else server.second[0]

    server = serve(answer)
    server.second = [DONE]
    return server


def bodies(server):
    return [json.loads(request.body) for request in server.requests]


def keys(server):
    return {request.headers["idempotency-key"] for request in server.requests}


def test_confirm_sends_the_same_body_and_key_with_the_token(asking):
    client = lomi.LomiClient(KEY, base_url=asking.url)
    first = client.refunds.create(REFUND, idempotency_key="refund-17")
    assert isinstance(first, lomi.ConfirmationRequired)
    assert first.preview == {"amount": 500} and len(asking.requests) == 1
    refund = first.confirm()
    assert isinstance(refund, lomi.models.Refund) and refund.refund_id == "r_1"
    assert bodies(asking) == [REFUND, {**REFUND, "confirmation_token": "ct_1"}]
    assert keys(asking) == {"refund-17"}


def test_the_same_awaited(asking):
    async def main():
        client = lomi.AsyncLomiClient(KEY, base_url=asking.url)
        first = await client.refunds.create(REFUND)
        assert isinstance(first, lomi.ConfirmationRequired)
        return await first.confirm()

    assert asyncio.run(main()).refund_id == "r_1"
    assert bodies(asking)[1] == {**REFUND, "confirmation_token": "ct_1"}
    assert len(keys(asking)) == 1


def test_a_lost_response_of_the_second_call_is_repeated(asking):
    asking.second = [None, None, DONE]
    client = lomi.LomiClient(KEY, base_url=asking.url)
    first = client.refunds.create(REFUND)
    assert first.confirm().refund_id == "r_1"
    assert len(asking.requests) == 4 and len(keys(asking)) == 1


@pytest.mark.parametrize(("says", "requests"), [(True, 2), (False, 1), (None, 1), ("yes", 1)])
def test_a_function_decides_at_once(asking, says, requests):
    asked = []

    def confirm(first):
        asked.append(first.preview)
        return says

    client = lomi.LomiClient(KEY, base_url=asking.url)
    found = client.refunds.create(REFUND, confirm=confirm)
    assert asked == [{"amount": 500}] and len(asking.requests) == requests
    assert isinstance(found, lomi.models.Refund) == (requests == 2)

    async def later(first):
        return says

    async def main(decision):
        api = lomi.AsyncLomiClient(KEY, base_url=asking.url)
        return await api.refunds.create(REFUND, confirm=decision)

    for decision in (confirm, later):
        asking.requests.clear()
        found = asyncio.run(main(decision))
        assert len(asking.requests) == requests
        assert isinstance(found, lomi.models.Refund) == (requests == 2)


def test_an_error_of_the_function_is_that_of_the_call(asking):
    def confirm(first):
        raise ZeroDivisionError

    client = lomi.LomiClient(KEY, base_url=asking.url)
    with pytest.raises(ZeroDivisionError):
        client.refunds.create(REFUND, confirm=confirm)
    assert len(asking.requests) == 1
    for call in (client.customers.create, client.refunds.update):
        with pytest.raises((TypeError, lomi.ValidationError)):
            call({"name": "Awa"}, confirm=confirm)
    with pytest.raises(lomi.ValidationError, match="confirm"):
        client.refunds.create(REFUND, confirm=True)
    assert len(asking.requests) == 1


def test_a_refused_token_has_an_error_of_its_own(asking):
    error = {"code": "bad_request", "message": "confirmation_token has expired"}
    asking.second = [(400, {}, {"error": error})]
    first = lomi.LomiClient(KEY, base_url=asking.url).refunds.create(REFUND)
    with pytest.raises(lomi.ConfirmationTokenError) as caught:
        first.confirm()
    assert isinstance(caught.value, lomi.BadRequestError)
    assert caught.value.outcome == "final"


def test_a_server_that_asks_again_has_done_nothing(asking):
    asking.second = [(201, {}, PREVIEW)]
    first = lomi.LomiClient(KEY, base_url=asking.url).refunds.create(REFUND)
    with pytest.raises(lomi.APIStatusError, match="nothing has been done yet") as caught:
        first.confirm()
    assert caught.value.outcome == "final"


def test_an_object_that_came_from_elsewhere_cannot_be_confirmed(asking):
    first = lomi.LomiClient(KEY, base_url=asking.url).refunds.create(REFUND)
    for other in (pickle.loads(pickle.dumps(first)), lomi.ConfirmationRequired(**PREVIEW)):
        with pytest.raises(lomi.ValidationError, match="nothing to confirm"):
            other.confirm()
