"""Values of any Python type: sent as what they mean, or refused with their field and type."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import os
import re
import sqlite3
import sys
import types
import typing
import unittest.mock
import uuid

import attrs
import numpy
import pandas
import pydantic
import pytest

import lomi
from conftest import written

KEY = "lomi_sk_test_secret1"
UTC = datetime.timezone.utc
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=UTC)
ID = uuid.UUID(int=7)


@dataclasses.dataclass
class Order:
    amount: object = 100
    currency_code: str = "XOF"
    title: object = None


@attrs.define
class Attributes:
    amount: object = 100
    currency_code: str = "XOF"
    title: object = None


class Modelled(pydantic.BaseModel):
    amount: typing.Any = 100
    currency_code: str = "XOF"
    title: typing.Any = None


class Named(typing.NamedTuple):
    amount: object = 100
    currency_code: str = "XOF"
    title: object = None


class Typed(typing.TypedDict):
    amount: int
    currency_code: str


class Keyed:
    """A row of a database: names and values, and no mapping."""

    def keys(self):
        return ["amount", "currency_code"]

    def __getitem__(self, name):
        return {"amount": 100, "currency_code": "XOF"}[name]


def row():
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    return connection.execute("select 100 as amount, 'XOF' as currency_code").fetchone()


FIELDS = {"amount": 100, "currency_code": "XOF"}

BODIES = {
    "dict": FIELDS,
    "ordered": collections.OrderedDict(FIELDS),
    "defaultdict": collections.defaultdict(int, FIELDS),
    "userdict": collections.UserDict(FIELDS),
    "chainmap": collections.ChainMap({"amount": 100}, {"currency_code": "XOF"}),
    "proxy": types.MappingProxyType(FIELDS),
    "typeddict": Typed(amount=100, currency_code="XOF"),
    "dataclass": Order(),
    "attrs": Attributes(),
    "pydantic": Modelled(),
    "namedtuple": Named(),
    "collections.namedtuple": collections.namedtuple("N", FIELDS)(**FIELDS),
    "sqlite row": row(),
    "row": Keyed(),
    "model": lomi.CheckoutSessionsCreate(**FIELDS),
    "series": pandas.Series({"amount": 100, "currency_code": "XOF"}, dtype=object),
    "None is left out": {**FIELDS, "title": None},
    "None in a mapping": types.MappingProxyType({**FIELDS, "title": None}),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_are_objects_of_fields(post, name):
    assert post(BODIES[name]) == FIELDS
    assert post(BODIES[name], quantity=2) == {**FIELDS, "quantity": 2}


@pytest.mark.parametrize("name", BODIES)
def test_metadata_and_line_items_are_too(post, name):
    without_none = {k: v for k, v in post(metadata=BODIES[name])["metadata"].items() if v}
    assert without_none == FIELDS
    items = post(line_items=[BODIES[name]])["line_items"]
    assert [{k: v for k, v in item.items() if v} for item in items] == [FIELDS]


def test_none_of_an_update(post):
    """A None in a dictionary empties a field; an attribute that is None does not."""
    sessions = post.client.checkout_sessions
    for given, sent in [
        ({"title": None}, {"title": None}),
        (types.MappingProxyType({"title": None}), {"title": None}),
        (Modelled(title=None), {**FIELDS, "title": None}),
        (Modelled(), FIELDS),
        (Order(), FIELDS),
        (Attributes(), FIELDS),
        (Named(), FIELDS),
        (Order(title=lomi.NULL), {**FIELDS, "title": None}),
    ]:
        sessions.update("cs_1", given)
        assert post.requests[-1].json == sent, given


NO_BODIES = {
    "list": [1],
    "empty list": [],
    "pairs": [("amount", 100)],
    "string": "amount=100",
    "bytes": b'{"amount": 100}',
    "number": 5,
    "true": True,
    "set": {"amount"},
    "generator": (pair for pair in FIELDS.items()),
    "iterator": iter(FIELDS.items()),
    "map": map(str, [1]),
    "tuple": (1, 2),
    "class": Order,
    "function": len,
    "object": object(),
    "array": numpy.array([1, 2]),
    "nan": float("nan"),
    "missing": pandas.NA,
    "mock": unittest.mock.Mock(),
    "file": sys.stdout,
    "memoryview": memoryview(b"a"),
}


@pytest.mark.parametrize("name", NO_BODIES)
def test_what_is_no_object_is_refused(post, name):
    for call in (
        lambda: post(NO_BODIES[name]),
        lambda: post(NO_BODIES[name], title="T"),
        lambda: post.client.checkout_sessions.update("cs_1", NO_BODIES[name]),
        lambda: post.client.checkout_sessions.list(NO_BODIES[name]),
        lambda: post.client.request("GET", "/customers", query=NO_BODIES[name]),
        lambda: post(FIELDS, headers=NO_BODIES[name]),
    ):
        if name in ("pairs", "empty list") and call.__code__.co_consts[-1] != "T":
            continue
        with pytest.raises(lomi.ValidationError):
            call()
    if name != "empty list":  # PHP's empty object
        with pytest.raises(lomi.ValidationError, match="metadata"):
            post(metadata=NO_BODIES[name])
        with pytest.raises(lomi.ValidationError, match=r"line_items\[0\]"):
            post(line_items=[NO_BODIES[name]])
    assert post.requests == []


class Word(enum.Enum):
    FRANC = "XOF"


class Number(enum.IntEnum):
    ONE = 1


class Lazy:
    """Like Django's lazy objects: their class is that of the value behind them."""

    def __init__(self, value):
        self.__dict__["value"] = value

    @property
    def __class__(self):
        return type(self.__dict__["value"])

    def __str__(self):
        return str(self.__dict__["value"])

    def __int__(self):
        return int(self.__dict__["value"])

    def keys(self):
        return self.__dict__["value"].keys()

    def __getitem__(self, name):
        return self.__dict__["value"][name]


def translated(text):
    from django.utils.functional import lazystr

    return lazystr(text)


def simple(value):
    from django.utils.functional import SimpleLazyObject

    return SimpleLazyObject(lambda: value)


VALUES = {
    "int64": (numpy.int64(5), "5"),
    "uint8": (numpy.uint8(5), "5"),
    "uint64": (numpy.uint64(2**64 - 1), "18446744073709551615"),
    "float64": (numpy.float64(0.1), "0.1"),
    "float32": (numpy.float32(0.5), "0.5"),
    "bool_": (numpy.bool_(True), "true"),
    "str_": (numpy.str_("a"), '"a"'),
    "array": (numpy.array([[1, 2], [3, 4]]), "[[1,2],[3,4]]"),
    "array of one": (numpy.array([1]), "[1]"),
    "array of none": (numpy.array([]), "[]"),
    "array without a shape": (numpy.array(1), "1"),
    "timestamp": (pandas.Timestamp("2026-01-02T12:00:00Z"), '"2026-01-02T12:00:00+00:00"'),
    "column": (pandas.Series({"a": 1}), '{"a":1}'),
    "decimal": (
        decimal.Decimal("0.1000000000000000000000000001"),
        "0.1000000000000000000000000001",
    ),
    "large decimal": (decimal.Decimal("1E+30"), "1e30"),
    "lazy": (Lazy("Réf"), '"Réf"'),
    "lazy number": (Lazy(5), "5"),
    "lazy dictionary": (Lazy({"a": 1}), '{"a":1}'),
    "translated": (translated("Réf"), '"Réf"'),
    "simple lazy": (simple("Réf"), '"Réf"'),
    "user string": (collections.UserString("a"), '"a"'),
    "enum": (Word.FRANC, '"XOF"'),
    "int enum": (Number.ONE, "1"),
    "uuid": (ID, f'"{ID}"'),
    "date": (NOON.date(), '"2026-01-02"'),
    "time": (NOON, '"2026-01-02T12:00:00+00:00"'),
    "time of a zone": (
        NOON.astimezone(datetime.timezone(datetime.timedelta(hours=1))),
        '"2026-01-02T13:00:00+01:00"',
    ),
    "deque": (collections.deque([1, 2]), "[1,2]"),
    "range": (range(3), "[0,1,2]"),
    "user list": (collections.UserList([1]), "[1]"),
    "set": ({1}, "[1]"),
    "frozenset": (frozenset([1]), "[1]"),
    "keys": ({"a": 1}.keys(), '["a"]'),
    "nested": (Order(amount=Order()), None),
    "address": (
        pydantic.TypeAdapter(pydantic.HttpUrl).validate_python("https://a.b/c"),
        '"https://a.b/c"',
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_mean_what_they_are(post, name):
    value, text = VALUES[name]
    post(metadata={"a": value})
    sent = post.requests[-1].body.decode()
    rest = '"currency_code":"XOF","title":null}'
    nested = '{"amount":{"amount":100,%s,%s' % (rest, rest)
    assert sent == '{"metadata":{"a":%s}}' % (text or nested)


UNSENDABLE = {
    "nan": (float("nan"), "finite"),
    "infinite": (float("inf"), "finite"),
    "numpy nan": (numpy.float64("nan"), "finite"),
    "float32 nan": (numpy.float32("nan"), "finite"),
    "decimal nan": (decimal.Decimal("NaN"), "finite"),
    "signalling nan": (decimal.Decimal("sNaN"), "finite"),
    "decimal infinity": (decimal.Decimal("-Infinity"), "finite"),
    "array with nan": (numpy.array([1.0, float("nan")]), "finite"),
    "pydantic nan": (Modelled(amount=float("nan")), "finite"),
    "NaT": (pandas.NaT, "NaT"),
    "NA": (pandas.NA, "NAType"),
    "datetime64": (numpy.datetime64("2026-01-02T00:00:00.000000000"), "datetime64"),
    "timedelta64": (numpy.timedelta64(5, "s"), "timedelta64"),
    "timedelta": (datetime.timedelta(5), "timedelta"),
    "naive": (datetime.datetime(2026, 1, 2), "time zone"),
    "naive timestamp": (pandas.Timestamp("2026-01-02"), "time zone"),
    "of day": (datetime.time(1), "type time"),
    "complex": (1j, "complex"),
    "fraction": (fractions.Fraction(1, 3), "Fraction"),
    "bytes": (b"a", "bytes"),
    "bytearray": (bytearray(b"a"), "bytearray"),
    "memoryview": (memoryview(b"a"), "memoryview"),
    "machine array": (array.array("b", [1]), "array"),
    "numpy bytes": (numpy.bytes_(b"a"), "bytes"),
    "generator": ((x for x in "ab"), "generator"),
    "object": (object(), "type object"),
    "class": (Order, "type"),
    "module": (os, "module"),
    "function": (len, "builtin_function"),
    "many digits": (10**5000, "digits"),
    "address": (ipaddress.ip_address("127.0.0.1"), "IPv4Address"),
    "lone surrogate": ("\ud800", "not Unicode"),
    "stray bytes": (b"caf\xe9".decode("utf-8", "surrogateescape"), "not Unicode"),
    "number as a name": ({1: 2}, "type int"),
    "bytes as a name": ({b"a": 2}, "type bytes"),
    "none as a name": ({None: 2}, "NoneType"),
    "surrogate as a name": ({"\udcff": 2}, "name that is not Unicode"),
}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_what_cannot_be_sent_is_named(post, name):
    value, why = UNSENDABLE[name]
    for metadata, field in (
        ({"order": value}, r"metadata\.order"),
        ({"deep": [{"order": value}]}, r"metadata\.deep\[0\]\.order|metadata\.deep"),
    ):
        with pytest.raises(lomi.ValidationError, match=why) as caught:
            post(metadata=metadata)
        assert re.match(field, caught.value.message), caught.value.message
        assert caught.value.operation == "create_checkout_session"
    assert post.requests == []


def test_what_holds_itself_is_refused(post):
    loop = {}
    loop["self"] = {"again": [loop]}
    with pytest.raises(lomi.ValidationError, match="contains itself") as caught:
        post(metadata=loop)
    assert len(caught.value.message) < 200
    data = Order()
    data.amount = data
    with pytest.raises(lomi.ValidationError, match="contains itself"):
        post(metadata={"a": data})
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(lomi.ValidationError, match="deeper than 64 levels"):
        post(metadata={"a": deep})
    while deep:  # a list this deep is taken apart from the outside
        deep = deep[0]


def test_the_documented_classes_send_times_as_they_are(documented):
    """As their users' code expects; the modern client refuses them."""
    api = documented(201, {"checkout_session_id": "cs_1"})
    made = lomi.CheckoutSessionsCreate(amount=1, expires_at=datetime.datetime(2026, 1, 2))
    api.create_checkout_session(made)
    assert api.server.requests[-1].json["expires_at"] == "2026-01-02T00:00:00"


def test_one_way_for_both_clients(serve):
    import asyncio

    server = serve(lambda request: written(201, {}, {"id": "a"}))
    client = lomi.AsyncLomiClient(KEY, base_url=server.url)
    for body in ([1], {"metadata": {"order": "\ud800"}}, {"metadata": 5}):
        with pytest.raises(lomi.ValidationError):
            asyncio.run(client.checkout_sessions.create(body))
    assert server.requests == []
