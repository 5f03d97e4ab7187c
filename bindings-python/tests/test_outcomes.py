"""Keys given as headers, errors of writes that may have been done, and logs that fail."""

import copy
import os
import pathlib
import pickle
import subprocess
import sys

import pytest

import lomi

SESSION = {"checkout_session_id": "cs_1", "status": "open"}


def lost(_):
    return None


def failing(error):
    with pytest.raises(lomi.LomiError) as caught:
        error()
    return caught.value


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"])
def test_a_key_in_the_headers_is_the_key(talk, name):
    client = talk(lost, max_retries=1)
    error = failing(
        lambda: client.checkout_sessions.create(
            amount=1, headers={name: "order-77", "X-Request-Id": "r-7"}
        )
    )
    assert (error.idempotency_key, error.request_id) == ("order-77", "r-7")
    assert "idempotency key order-77" in str(error)
    sent = [request.headers for request in client.server.requests]
    assert {(headers["idempotency-key"], headers["x-request-id"]) for headers in sent} == {
        ("order-77", "r-7")
    }
    client = talk(200, SESSION)
    made = client.checkout_sessions.create(amount=1, headers={name: "order-78"})
    assert made.last_response.idempotency_key == "order-78"


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Idempotency-Key": ""}},
        {"headers": {"Idempotency-Key": "  "}},
        {"headers": {"Idempotency-Key": "a b"}},
        {"headers": {"X-Request-Id": " "}},
        {"headers": {"idempotency-key": "a"}, "idempotency_key": "b"},
        {"headers": {"x-request-id": "a"}, "request_id": "b"},
        {"headers": [("Idempotency-Key", "a"), ("idempotency-key", "b")]},
    ],
)
def test_a_key_that_cannot_be_meant_is_refused(talk, options):
    client = talk(200, SESSION)
    error = failing(lambda: client.checkout_sessions.create(amount=1, **options))
    assert type(error) is lomi.ValidationError and client.server.requests == []


def test_the_same_key_twice_is_one_key(talk):
    client = talk(200, SESSION)
    made = client.request(
        "POST", "/refunds", body={}, headers={"Idempotency-Key": "a"}, idempotency_key="a"
    )
    assert client.server.requests[0].headers["idempotency-key"] == "a" and made


def test_one_key_for_all_calls_is_refused(serve, documented):
    with pytest.raises(lomi.ConfigurationError, match="one key for all calls"):
        lomi.LomiClient("lomi_sk_test_1", headers={"Idempotency-key": "a"})
    api = documented(200, SESSION)
    api.api_client.set_default_header("Idempotency-Key", "a")
    with pytest.raises(lomi.ConfigurationError, match="one key for all calls"):
        api.create_checkout_session({"amount": 1})
    with pytest.raises(lomi.ConfigurationError, match="one key for all calls"):
        api.api_client.param_serialize("POST", "/checkout_sessions")
    assert api.server.requests == []


def test_a_fixed_request_id_is_reported(serve, documented):
    url, headers = serve(404, {}).url, {"X-Request-ID": "trace-1"}
    client = lomi.LomiClient("lomi_sk_test_1", base_url=url, headers=headers)
    assert failing(lambda: client.checkout_sessions.get("a")).request_id == "trace-1"
    assert failing(lambda: client.checkout_sessions.get("a", request_id="own")).request_id == "own"
    api = documented(404, {})
    api.api_client.set_default_header("X-Request-Id", "trace-2")
    assert failing(lambda: api.retrieve_checkout_session("a")).request_id == "trace-2"


def test_a_key_in_the_headers_of_the_documented_class(documented):
    api = documented(lost)
    error = failing(
        lambda: api.create_checkout_session({"amount": 1}, _headers={"idempotency-KEY": "order-9"})
    )
    assert error.idempotency_key == "order-9" and "order-9" in str(error)
    assert {request.headers["idempotency-key"] for request in api.server.requests} == {"order-9"}


@pytest.mark.parametrize(
    "answer, happened, base",
    [
        ((502, {}, ""), lomi.ServerError, lomi.APIStatusError),
        ((200, {}, "<html>"), lomi.UnexpectedResponseError, lomi.LomiError),
        ((303, {"location": "/x"}, ""), lomi.UnexpectedRedirectError, lomi.LomiError),
        (None, lomi.APIConnectionError, lomi.APIConnectionError),
    ],
)
def test_every_unknown_outcome_is_one(talk, answer, happened, base):
    client = talk(lambda _: answer, max_retries=0)
    for write in (
        lambda: client.checkout_sessions.create(amount=1),
        lambda: client.request("POST", "/refunds", body={}),
    ):
        error = failing(write)
        assert isinstance(error, lomi.OutcomeUnknownError) and isinstance(error, happened)
        assert isinstance(error, base) and error.outcome == "unknown" and error.idempotency_key
        assert isinstance(error, lomi.APIConnectionError) == (answer is None)
        assert error.kind == (happened.__name__ if answer else "OutcomeUnknownError")
        for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(same) is type(error) and str(same) == str(error)
            assert same.idempotency_key == error.idempotency_key
    with pytest.raises(happened) as caught:
        client.checkout_sessions.get("a")
    assert not isinstance(caught.value, lomi.OutcomeUnknownError)


def test_an_unknown_outcome_on_an_event_loop(serve):
    import asyncio

    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=serve(502, "").url, max_retries=0)
    with pytest.raises(lomi.OutcomeUnknownError) as caught:
        asyncio.run(client.checkout_sessions.create(amount=1))
    assert isinstance(caught.value, lomi.ServerError)


def test_one_made_by_hand_can_be_pickled():
    error = pickle.loads(pickle.dumps(lomi.OutcomeUnknownError("x")))
    assert type(error) is lomi.OutcomeUnknownError and error.message == "x"


def test_a_refusal_is_no_unknown_outcome(talk):
    error = failing(lambda: talk(400, {"message": "No"}).checkout_sessions.create(amount=1))
    assert type(error) is lomi.BadRequestError and not isinstance(error, lomi.OutcomeUnknownError)


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-"])
def test_a_log_that_cannot_be_written_changes_nothing(serve, stderr):
    code = (
        "import lomi\n"
        f"client = lomi.LomiClient('lomi_sk_test_1', base_url={serve(201, SESSION).url!r})\n"
        "print(client.checkout_sessions.create(amount=1).checkout_session_id, flush=True)\n"
    )
    path = str(pathlib.Path(lomi.__file__).parents[1])
    env = {**os.environ, "LOMI_LOG": "info", "PYTHONPATH": path}
    command = ["sh", "-c", f'exec "$0" -c "$1" {stderr}', sys.executable, code]
    assert subprocess.run(command, env=env, capture_output=True, text=True).stdout == "cs_1\n"
