"""Strings that are not Unicode: errors of ours, which name the argument and hold no secret."""

import os
import re
import subprocess
import sys
import traceback

import pytest

import lomi
from conftest import ROOT

HALF = "\ud800"  # half of a surrogate pair; a stray byte of the environment is "\udc.."
SECRET = "whsec_b6d2f0a9c4"
BODY = b'{"id":"evt_1","event":"PAYMENT_SUCCEEDED"}'


@pytest.fixture
def echo(serve):
    return serve(200, {"checkout_session_id": "cs_1"})


@pytest.fixture
def echoed(echo):
    return lomi.LomiClient("lomi_sk_test_1", base_url=echo.url)


def everything(error):
    """All that a log or an error tracker may write of an error."""
    seen = []
    while error is not None:
        seen += [repr(error), str(error), repr(error.args), repr(vars(error))]
        seen += [repr(getattr(error, "object", None))]
        seen += traceback.format_exception_only(type(error), error)
        error = error.__cause__ or error.__context__
    return "\n".join(seen)


@pytest.mark.parametrize(
    ("kind", "named", "call"),
    [
        ("Configuration", "webhook secret", lambda s: construct(secret=s)),
        ("Configuration", "webhook secret", lambda s: construct(secret=["new", s])),
        ("Configuration", "webhook secret", lambda s: construct(secret=(s, "old"))),
        ("Configuration", "webhook secret", lambda s: construct(secret=s.encode(errors="ignore"))),
        ("Configuration", "webhook secret", lambda s: construct(secret=[None, s])),
        ("Configuration", "webhook secret", lambda s: lomi.webhooks.sign(BODY, s)),
        ("Configuration", "webhook secret", lambda s: lomi.webhooks.sign(BODY, [s])),
        ("Validation", "payload", lambda s: construct(payload=s)),
        ("Validation", "payload", lambda s: lomi.webhooks.sign(s, SECRET)),
        ("SignatureVerification", "signature", lambda s: construct(signature=s)),
        ("Configuration", "api_key", lambda s: lomi.LomiClient(s)),
        ("Configuration", "proxy", lambda s: lomi.LomiClient("lomi_sk_test_1", proxy=s)),
        ("Configuration", "ca_file has text", lambda s: lomi.LomiClient("k", ca_file=s)),
        ("Configuration", "ca_file .*, not int", lambda s: lomi.LomiClient("k", ca_file=5)),
        ("Validation", "order", lambda s: lomi.idempotency_key.for_order(s)),
        ("Validation", "currency", lambda s: lomi.Money(1, s)),
        ("Validation", "currency", lambda s: lomi.Money.from_major("1", s)),
        ("Validation", "amount", lambda s: lomi.Money.from_major(s, "XOF")),
        ("Validation", "JSON text", lambda s: lomi.Event.from_json(s)),
    ],
)
def test_a_string_that_is_not_unicode(kind, named, call):
    with pytest.raises(lomi.LomiError) as caught:
        call(SECRET + HALF)
    assert type(caught.value).__name__ == f"{kind}Error"
    assert re.search(named, str(caught.value))
    assert SECRET not in everything(caught.value)


def construct(payload=BODY, signature="sha256=00", secret=SECRET):
    return lomi.webhooks.construct_event(payload, signature, secret)


@pytest.mark.parametrize("function", ["construct_event(b'{}', 'x')", "sign(b'{}')"])
def test_a_stray_byte_in_the_environment(function):
    script = f"import lomi; lomi.webhooks.{function}"
    env = {
        **os.environb,
        b"LOMI_WEBHOOK_SECRET": SECRET.encode() + b"\xff",
        b"PYTHONPATH": str(ROOT / "bindings-python" / "python").encode(),
    }
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True)
    said = done.stderr.decode()
    assert "lomi.errors.ConfigurationError" in said and "LOMI_WEBHOOK_SECRET" in said, said
    assert SECRET not in said


@pytest.mark.parametrize("name", ["api_key", "account", "request_id", "idempotency_key", "headers"])
def test_an_option_that_is_not_unicode(echoed, echo, name):
    value = {"X-A": SECRET + HALF} if name == "headers" else SECRET + HALF
    with pytest.raises(lomi.ValidationError, match="X-A" if name == "headers" else name) as caught:
        echoed.checkout_sessions.get("cs_1", **{name: value})
    assert SECRET not in everything(caught.value)
    assert echo.requests == []


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.checkout_sessions.create(**{HALF: 1}),
        lambda client: client.checkout_sessions.create({HALF: 1}),
        lambda client: client.checkout_sessions.create(title=HALF),
        lambda client: client.checkout_sessions.get(HALF),
        lambda client: client.checkout_sessions.list({HALF: "1"}),
        lambda client: client.checkout_sessions.list(status=HALF),
        lambda client: client.with_options(**{HALF: 1}),
        lambda client: client.request("GET", "/" + HALF),
        lambda client: client.request(HALF, "/a"),
        lambda client: client.request("GET", "/a", **{HALF: 1}),
        lambda client: client.request("GET", "/a", query={"a": HALF}),
        lambda client: client.request("GET", "/a", headers={HALF: "1"}),
    ],
)
def test_a_name_or_value_that_is_not_unicode(echoed, echo, call):
    with pytest.raises(lomi.LomiError):
        call(echoed)
    assert echo.requests == []


def test_headers_of_the_documented_client_that_are_not_unicode(echo):
    configuration = lomi.Configuration(host=echo.url, api_key={"ApiKeyAuth": "lomi_sk_test_1"})
    client = lomi.ApiClient(configuration)
    client.set_default_header("X-" + HALF, "1")
    with pytest.raises(lomi.LomiError, match="header"):
        lomi.CheckoutSessionsApi(client).list_checkout_sessions()
    assert echo.requests == []


@pytest.mark.parametrize(
    ("named", "call"),
    [
        ("currency", lambda: lomi.Money(1, None)),
        ("currency", lambda: lomi.Money.from_major("1", 5)),
        ("amount", lambda: lomi.Money(10**30, "XOF")),
        ("amount", lambda: lomi.Money.from_major(None, "XOF")),
        ("amount", lambda: lomi.Money.from_major(b"1", "XOF")),
        ("max_age", lambda: lomi.webhooks.construct_event(BODY, "x", SECRET, "5")),
        ("received_at", lambda: lomi.webhooks.construct_event(BODY, "x", SECRET, received_at="5")),
    ],
)
def test_an_argument_of_another_type(named, call):
    with pytest.raises(lomi.ValidationError, match=named):
        call()
