"""Probable mistakes: a wrong unit, a key twice, a misspelt name. Refused, or a warning."""

import datetime
import enum
import logging
import math
import sys
import uuid
from decimal import Decimal

import pytest
import urllib3

import lomi

SESSION = {"checkout_session_id": "cs_1", "status": "open"}


@pytest.fixture
def echo(serve):
    return serve(200, SESSION)


@pytest.fixture
def echoed(echo):
    return lomi.LomiClient("lomi_sk_test_1", base_url=echo.url)


class Order(enum.Enum):
    FIRST = "1234"


class Reference(str):
    pass


def test_an_order_in_every_form_has_one_key():
    key = lomi.idempotency_key.for_order("1234")
    for order in (1234, 1234.0, Decimal("1234"), Order.FIRST, Reference("1234")):
        assert lomi.idempotency_key.for_order(order) == key
    order = uuid.uuid4()
    assert lomi.idempotency_key.for_order(order) == lomi.idempotency_key.for_order(str(order))
    assert lomi.idempotency_key.for_order("1234", attempt=1) == key
    assert lomi.idempotency_key.for_order("1234", attempt=2) != key


@pytest.mark.parametrize(
    "order",
    [
        None,
        "",
        "  ",
        [],
        {},
        (),
        set(),
        math.nan,
        math.inf,
        True,
        False,
        0,
        12.5,
        b"1",
        object(),
        1e22,
    ],
    ids=repr,
)
def test_what_is_no_order_has_no_key(order):
    with pytest.raises(lomi.ValidationError, match="order must be its id"):
        lomi.idempotency_key.for_order(order)


@pytest.mark.parametrize("attempt", [0, -1, 1.5, "2", True, [2]], ids=repr)
def test_attempts_are_counted_from_one(attempt):
    with pytest.raises(lomi.ValidationError, match="attempt must be a whole number from 1"):
        lomi.idempotency_key.for_order("1234", attempt)


@pytest.mark.parametrize(
    "amount", [19.99, Decimal("19.99"), Decimal("50.00"), "19.99", 10**30, 10**400]
)
def test_an_amount_in_the_wrong_unit_is_refused(echo, echoed, amount):
    with pytest.raises(lomi.ValidationError, match="amount"):
        echoed.checkout_sessions.create(amount=amount, currency_code="USD")
    assert not echo.requests


def test_a_money_sets_amount_and_currency(echo, echoed):
    price = lomi.Money.from_major("19.99", "USD")
    echoed.checkout_sessions.create(amount=price)
    echoed.checkout_sessions.create({"amount": price, "currency_code": "USD"})
    for request in echo.requests:
        assert request.json == {"amount": 1999, "currency_code": "USD"}
    with pytest.raises(lomi.ValidationError, match="amount is in USD, but currency_code"):
        echoed.checkout_sessions.create(amount=price, currency_code="XOF")


def test_the_documented_classes_send_what_they_are_given_and_warn(echo, caplog):
    configuration = lomi.Configuration(host=echo.url)
    configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_1"
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
    with caplog.at_level(logging.WARNING, logger="lomi"):
        api.create_checkout_session({"amount": 19.99, "currency_code": "USD", "titel": "T"})
    assert echo.requests[0].json == {"amount": 19.99, "currency_code": "USD", "titel": "T"}
    said = [record.getMessage() for record in caplog.records]
    assert any("1999" in sentence for sentence in said)
    assert any('did you mean "title"' in sentence for sentence in said)


@pytest.mark.parametrize(
    "time",
    [math.inf, sys.maxsize, 10**400, 1e300, datetime.timedelta.max, datetime.timedelta(seconds=5)],
)
@pytest.mark.parametrize("name", ["timeout", "connect_timeout", "attempt_timeout", "idle_timeout"])
def test_a_time_without_end(echo, echoed, name, time):
    echoed.checkout_sessions.get("cs_1", **{name: time})
    client = lomi.LomiClient("lomi_sk_test_1", base_url=echo.url, **{name: time})
    client.checkout_sessions.get("cs_1")


class Times:
    """As httpx.Timeout has them."""

    def __init__(self, connect, read):
        self.connect, self.read = connect, read


@pytest.mark.parametrize(
    "given",
    [
        (3, 10),
        (3.05, None),
        (None, 10),
        Times(3, 10),
        urllib3.Timeout(connect=3, read=10),
        urllib3.Timeout(13),
        urllib3.Timeout(total=13, connect=3),
        datetime.timedelta(seconds=13),
        None,
    ],
    ids=repr,
)
def test_timeouts_as_requests_and_httpx_write_them(echo, echoed, given):
    echoed.checkout_sessions.get("cs_1", timeout=given)
    client = lomi.LomiClient("lomi_sk_test_1", base_url=echo.url, timeout=given)
    expected = {(3.05, None): 60, (None, 10): 10, None: 60}.get(
        given if given.__hash__ else None, 13
    )
    assert client.timeout == expected


@pytest.mark.parametrize(
    "given",
    [
        0,
        -1,
        math.nan,
        -math.inf,
        -(10**400),
        True,
        "5",
        b"5",
        (1,),
        (1, 2, 3),
        (0, 5),
        (20, -3),
        (True, 5),
        (math.nan, 5),
        datetime.timedelta(0),
        object(),
    ],
    ids=repr,
)
def test_what_is_no_time_is_refused(echo, echoed, given):
    with pytest.raises(lomi.ValidationError, match="number of seconds above 0"):
        echoed.checkout_sessions.get("cs_1", timeout=given)
    with pytest.raises(lomi.ConfigurationError, match="number of seconds above 0"):
        lomi.LomiClient("lomi_sk_test_1", base_url=echo.url, timeout=given)
    assert not echo.requests


def test_names_that_are_nearly_known(echo, echoed):
    create = echoed.checkout_sessions.create
    for call in (
        lambda: create({"ammount": 1}),
        lambda: create({"currencyCode": "XOF"}),
        lambda: create({"amount": 1, "idempotencyKey": "k"}),
        lambda: create(amount=1, idempotencyKey="k"),
        lambda: echoed.checkout_sessions.list({"statuss": "open"}),
        lambda: echoed.request("GET", "/x", timout=5),
    ):
        with pytest.raises(lomi.ValidationError, match="did you mean|option of the call"):
            call()
    assert not echo.requests
    create({"amount": 1, "tip": 2}, extra_body={"ammount": 1.5})
    assert echo.requests[0].json == {"amount": 1, "tip": 2, "ammount": 1.5}


def test_a_replay_is_told_and_a_closed_session_warned_of(serve, caplog):
    closed = {**SESSION, "status": "expired"}
    server = serve(201, closed, {"Idempotency-Cache-Hit": "true"})
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    with caplog.at_level(logging.WARNING, logger="lomi"):
        session = client.checkout_sessions.create(
            amount=1, idempotency_key=lomi.idempotency_key.for_order("1234")
        )
    assert session.last_response.replayed is True
    assert "attempt=2" in session.last_response.warning
    assert any("attempt=2" in record.getMessage() for record in caplog.records)


def test_a_key_that_cannot_be_right(echo):
    for key in ("'lomi_sk_test_s3cret'", "lomi_sk_test_...", "lomi_sk_test_s3cret\n"):
        with pytest.raises(lomi.ConfigurationError) as refused:
            lomi.LomiClient(key, base_url=echo.url)
        assert "s3cret" not in str(refused.value)
    with pytest.raises(lomi.ConfigurationError, match="Stripe"):
        lomi.LomiClient("sk_test_s3cret", base_url="https://api.lomi.africa")
    with pytest.raises(lomi.ConfigurationError, match="test key"):
        lomi.LomiClient("lomi_sk_test_s3cret", base_url="https://api.lomi.africa")
