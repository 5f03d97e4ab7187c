"""``attempt_timeout``, ``idle_timeout`` and ``extra_body``, given to one call."""

import asyncio
import inspect
import time

import pytest

import lomi
from conftest import written
from lomi.resources.checkout_sessions import AsyncCheckoutSessions, CheckoutSessions

SESSION = {"checkout_session_id": "cs_1"}
CALLS = {
    "create": lambda sessions, **given: sessions.create(amount=1, currency_code="XOF", **given),
    "get": lambda sessions, **given: sessions.get("cs_1", **given),
    "list": lambda sessions, **given: sessions.list(**given),
    "update": lambda sessions, **given: sessions.update("cs_1", title="T", **given),
    "delete": lambda sessions, **given: sessions.delete("cs_1", **given),
}


def late(request):
    time.sleep(1.5)
    return (200, {}, SESSION)


def half(request):
    """A response whose body ends too early."""
    return written(200, {"content-type": "application/json"}, "{}").replace(
        b"content-length: 2", b"content-length: 20"
    )


def raised(kind, server, name, **given):
    settings = {"base_url": server.url, "max_retries": 0}
    started = time.monotonic()
    with pytest.raises(lomi.LomiError) as caught:
        if kind == "sync":
            CALLS[name](lomi.LomiClient("lomi_sk_test_1", **settings).checkout_sessions, **given)
        else:

            async def call():
                client = lomi.AsyncLomiClient("lomi_sk_test_1", **settings)
                await CALLS[name](client.checkout_sessions, **given)

            asyncio.run(call())
    assert time.monotonic() - started < 1.2, caught.value
    return caught.value


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("option", "answer"), [("attempt_timeout", late), ("idle_timeout", half)])
def test_a_time_of_one_call(serve, kind, name, option, answer):
    error = raised(kind, serve(answer), name, **{option: 0.2})
    assert isinstance(error, (lomi.APITimeoutError, lomi.OutcomeUnknownError)), error
    assert error.attempts == 1


@pytest.mark.parametrize("resource", [CheckoutSessions, AsyncCheckoutSessions])
@pytest.mark.parametrize("name", CALLS)
def test_every_call_names_its_options(resource, name):
    given = inspect.signature(getattr(resource, name)).parameters
    options = ["timeout", "connect_timeout", "attempt_timeout", "idle_timeout", "max_retries"]
    if name in ("create", "update"):
        options.append("extra_body")
    for option in options:
        assert given[option].kind is inspect.Parameter.KEYWORD_ONLY
        assert given[option].default is None
        assert f"``{option}``" in resource.__doc__
    assert "in seconds" in resource.__doc__


@pytest.mark.parametrize("name", ["create", "update"])
def test_extra_body(talk, name):
    client = talk(200, SESSION)
    CALLS[name](client.checkout_sessions, extra_body={"titel": 1})
    assert client.server.requests[0].json["titel"] == 1
