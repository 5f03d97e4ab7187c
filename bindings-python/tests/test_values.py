"""Values in requests and responses: exact, or refused."""

import dataclasses
import datetime
import decimal
import enum
import types
import uuid

import pytest

import lomi


@pytest.fixture
def sent(talk):
    """Sends a field and gives what went over the wire, as text."""
    client = talk(201, {"checkout_session_id": "cs_1"})

    def send(value, name="metadata"):
        client.checkout_sessions.create({name: value})
        return client.server.requests[-1].body.decode()

    send.requests = client.server.requests
    return send


class Color(enum.Enum):
    RED = "red"


class Status(str, enum.Enum):
    OPEN = "open"


@dataclasses.dataclass
class Point:
    x: int
    when: datetime.date


class Holder:
    def to_dict(self):
        return {"a": uuid.UUID(int=1)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 2**70}, '{"a":1180591620717411303424}'),
        ({"a": 9007199254740993}, '{"a":9007199254740993}'),
        ({"a": 0.1}, '{"a":0.1}'),
        ({"a": 10000.0}, '{"a":10000.0}'),
        ({"a": decimal.Decimal("0.10")}, '{"a":0.10}'),
        ({"a": decimal.Decimal("1E+4")}, '{"a":1e4}'),
        ({"a": True, "b": None}, '{"a":true,"b":null}'),
        ({"a": Color.RED, "b": Status.OPEN}, '{"a":"red","b":"open"}'),
        ({"a": datetime.date(2026, 1, 2)}, '{"a":"2026-01-02"}'),
        (
            {"a": datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)},
            '{"a":"2026-01-02T00:00:00+00:00"}',
        ),
        ({"a": uuid.UUID(int=1)}, '{"a":"00000000-0000-0000-0000-000000000001"}'),
        ({"a": (1, [2])}, '{"a":[1,[2]]}'),
        (types.MappingProxyType({"a": 1}), '{"a":1}'),
        (Point(1, datetime.date(2026, 1, 2)), '{"x":1,"when":"2026-01-02"}'),
        (Holder(), '{"a":"00000000-0000-0000-0000-000000000001"}'),
        (lomi.CheckoutSessionsCreate(amount=1), '{"amount":1}'),
        ({"é": "😀\u2028"}, '{"é":"😀\u2028"}'),
    ],
)
def test_values_are_sent_exactly(sent, value, text):
    assert sent(value) == '{"metadata":%s}' % text


def cyclic():
    value = {}
    value["self"] = value
    return value


class Broken:
    def to_dict(self):
        raise RuntimeError("mine")


@pytest.mark.parametrize(
    "value",
    [
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": decimal.Decimal("NaN")},
        {1: 2},
        {"a": b"b"},
        {"a": object()},
        {"a": (x for x in "ab")},
        {"a": "\ud800"},
        cyclic(),
    ],
)
def test_what_has_no_json_form_is_refused(sent, value):
    with pytest.raises(lomi.ValidationError) as caught:
        sent(value)
    assert caught.value.operation == "create_checkout_session"
    assert sent.requests == []


def test_what_an_argument_raises_passes_through(sent):
    with pytest.raises(RuntimeError, match="mine"):
        sent(Broken())


@pytest.mark.parametrize(
    "amount",
    [
        float("nan"),
        float("inf"),
        -1,
        0,
        -0.5,
        True,
        "x",
        [],
        {},
        decimal.Decimal("-1"),
        "NaN",
    ],
)
def test_amounts_that_cannot_be_meant_are_refused(sent, amount):
    with pytest.raises(lomi.ValidationError, match="amount"):
        sent(amount, "amount")
    assert sent.requests == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10000", 10000),
        ("9007199254740993", 2**53 + 1),
        ("18446744073709551616", 2**64),
        ("10000.0", 10000.0),
        ("0.1", 0.1),
        ("1e4", 1e4),
        ("-0", -0.0),
        ('"10000"', 10000),
        ("1e400", decimal.Decimal("1e400")),
        ("0.1234567890123456789", decimal.Decimal("0.1234567890123456789")),
    ],
)
def test_numbers_are_read_exactly(talk, text, value):
    client = talk(200, '{"checkout_session_id":"c","amount":%s}' % text)
    amount = client.checkout_sessions.get("c").amount
    assert amount == value and type(amount) is type(value)


def test_null_absent_and_unknown_can_be_told_apart(talk):
    client = talk(200, '{"id":"c","title":null,"new":null,"_odd":1,"to_dict":2}')
    session = client.checkout_sessions.get("c")
    assert session.title is None and "title" in session and "amount" not in session
    assert "new" in session and session.new is None and not hasattr(session, "newer")
    assert session["_odd"] == 1 and session["to_dict"] == 2 and callable(session.to_dict)
    assert session.get("amount", 5) == 5 and session["title"] is None
    with pytest.raises(KeyError):
        session["nothing"]


def test_words_are_open_and_evened_out(talk):
    client = talk(200, {"id": "c", "status": "complete", "currency_code": "GNF"})
    session = client.checkout_sessions.get("c")
    assert session.status == "completed" == lomi.CheckoutSessionStatus.COMPLETED
    assert session.original("status") == "complete" and session.currency_code == "GNF"


def test_times_of_every_form():
    read = lambda text: lomi.CheckoutSession.from_dict({"created_at": text})  # noqa: E731
    for text in (
        "2025-11-21T13:32:16Z",
        "2025-11-21T13:32:16.2Z",
        "2025-11-21T13:32:16.240123456Z",
        "2025-11-21 13:32:16+00:00",
        "2025-11-21T14:32:16+01:00",
    ):
        made = read(text).created_at
        assert made.astimezone(datetime.timezone.utc).hour == 13 and made.tzinfo, text
    for text in ("yesterday", "", "2025", "99999999999"):
        session = read(text)
        assert session.created_at is None and session.original("created_at") == text
        assert lomi.CheckoutSessions.from_dict({"created_at": text}).created_at == text


def test_a_page_of_hostile_rows(talk):
    client = talk(200, '[{"id":"a","__class__":1,"__dict__":2,"_extra":3,"_typed":4}]')
    session = client.checkout_sessions.list().data[0]
    assert session.checkout_session_id == "a" and session["__class__"] == 1
    assert isinstance(session, lomi.CheckoutSession) and session.model_extra["_extra"] == 3
