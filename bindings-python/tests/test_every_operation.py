"""Every operation once, in every form: what was requested, and what came of the response."""

import asyncio
import importlib
import json
import re
from collections import Counter
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

import lomi
from documented_names import arguments, calls, fields, row
from spec_of_resources import SCHEMAS, operations, sent
from spec_of_resources import row as row_of_spec
from spec_of_resources import value as value_of_spec

KEY = "lomi_sk_test_secret1"
#: An identifier of which a path must not be made without escapes.
ID = "id 1/2?é"
QUERY = {"limit": 7, "offset": 14, "sort": "created_at:desc"}
OPERATIONS = operations()
#: Those that the generated clients have.
DOCUMENTED = {name: o for name, o in OPERATIONS.items() if o.generations["C"]}
#: Arguments of every call, which a field of a body may have the name of.
OPTIONS = ("account", "idempotency_key", "request_id")
ANY = {"any": [1, {"thing": None}]}


@pytest.fixture
def played(serve):
    """A server that sends `server.reply` each time."""
    server = serve(lambda _: server.reply)
    return server


def page(item):
    place = {"limit": 7, "offset": 14, "total": 16}
    return (200, {}, {"data": [item, item], "pagination": place})


def check(request, method, template, query, body):
    url = urlsplit(request.path)
    wanted = template.split("/")
    path = url.path.split("/")
    assert request.method == method and len(path) == len(wanted), request.path
    for part, place in zip(path, wanted, strict=True):
        assert unquote(part) == (ID if place.startswith("{") else place)
    words = {name: json.dumps(v) if v is True else str(v) for name, v in (query or {}).items()}
    assert {name: v for name, (v,) in parse_qs(url.query).items()} == words
    assert (json.loads(request.body) if request.body else None) == body
    assert request.headers["x-api-key"] == KEY


def is_of(found, model):
    assert type(found).__name__ == model
    for name, kind, _ in fields(model):
        original, sent_as = found.original(name), row(model)[name]
        # Text in the place of a list is read as a list of it.
        assert original == sent_as or [original] == [[sent_as]], (name, kind)
        assert getattr(found, name) is not None


@pytest.mark.parametrize(
    ("name", "facts", "call", "rest"), [pytest.param(*c, id=f"{c[0]}.{c[2]}") for c in calls()]
)
def test_a_documented_call(played, name, facts, call, rest):
    method, template, _, result = rest
    configuration = lomi.Configuration(host=played.url + "/v1", routes="documented")
    configuration.api_key["ApiKeyAuth"] = KEY
    made = getattr(importlib.import_module(facts["module"]), name)(lomi.ApiClient(configuration))
    given, query, body = [], None, None
    for argument, kind in arguments(rest):
        if argument in QUERY:
            query = QUERY
            given.append(QUERY[argument])
        elif kind == "u":
            given.append(ID)
        else:
            body = row(kind)
            given.append(body)
    if result is None:
        played.reply = (204, {}, b"")
    elif result.startswith("List"):
        item = result.removeprefix("List").removesuffix("200Response")
        played.reply = page(row(item))
    else:
        played.reply = (201 if method == "POST" else 200, {}, row(result))

    def right(value):
        if result is None:
            assert value is None
        elif result.startswith("List"):
            assert type(value).__name__ == result and len(value.data) == 2
            is_of(value.data[1], item)
            place = value.pagination
            assert type(place).__name__ == "ListCustomers200ResponsePagination"
            assert (place.limit, place.offset, place.total) == (7, 14, 16)
        else:
            is_of(value, result)

    right(getattr(made, call)(*given))
    response = getattr(made, call + "_with_http_info")(*given)
    right(response.data)
    raw = getattr(made, call + "_without_preload_content")(*given)
    assert response.status_code == raw.status == played.reply[0]
    assert raw.read() == response.raw_data
    assert len(played.requests) == 3
    for request in played.requests:
        check(request, method, "/v1" + template, query, body)


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def plain(value):
    """A value without the classes of objects in it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


async def awaited(call, *given, **named):
    return await call(*given, **named)


def run(client, call, *given, **named):
    if isinstance(client, lomi.AsyncLomiClient):
        return asyncio.run(awaited(call, *given, **named))
    return call(*given, **named)


@pytest.mark.parametrize("kind", ["LomiClient", "AsyncLomiClient"])
@pytest.mark.parametrize(
    ("name", "routes"), [(name, style) for name, o in OPERATIONS.items() for style in o.paths]
)
def test_a_call_of_a_client(played, name, kind, routes):
    operation = OPERATIONS[name]
    client = getattr(lomi, kind)(KEY, base_url=played.url + "/v1", routes=routes)
    call = getattr(getattr(client, operation.resource), operation.verb)
    given = [ID for _ in operation.in_path]
    body = sent(operation.body) if operation.body else None
    for name in (*operation.in_path, *OPTIONS):  # an argument already
        (body or {}).pop(name, None)
    query = {n: value_of_spec(n, schema) for n, schema in operation.query.items()}
    named = {snake(n): value for n, value in query.items()}
    if operation.returns_any:
        played.reply = (200, {}, ANY)
    elif operation.returns is None:
        played.reply = (204, {}, b"")
    elif operation.is_list:
        played.reply = page(row_of_spec(operation.row))
    else:
        played.reply = (operation.status, {}, row_of_spec(operation.row))
    named.update(body or {})
    found = run(client, call, *given, **named)
    (request,) = played.requests
    check(request, operation.method, "/v1" + operation.paths[routes], query, body)
    if operation.returns_any:
        assert found == ANY
        return
    if operation.returns is None:
        assert found is None
        return
    if operation.is_list:
        assert found.total == 16 and len(found.data) == 2
        found = found.data[1]
    assert type(found).__name__ == SCHEMAS[operation.row]["x-lomi"]["names"]["rust"]
    for field, value in row_of_spec(operation.row).items():
        assert plain(found.original(field)) == value, field
        assert getattr(found, field) is not None


def test_what_is_sent_again_after_a_lost_response(serve, capsys):
    """Reads, and writes that have no second effect. Nothing that may have moved money."""
    server = serve(lambda _: None)
    client = lomi.AsyncLomiClient(
        KEY, base_url=server.url + "/v1", routes="documented", max_retries=1
    )

    async def lost(operation):
        call = getattr(getattr(client, operation.resource), operation.verb)
        body = [sent(operation.body)] if operation.body else []
        for given in body:  # with it, the call is one that may be repeated
            given.pop("confirmation_token", None)
            given.pop(operation.natural_key, None)
        try:
            await call(*[ID for _ in operation.in_path], *body)
        except lomi.LomiError as error:
            return error

    async def every():
        return await asyncio.gather(*map(lost, DOCUMENTED.values()))

    errors = dict(zip(DOCUMENTED, asyncio.run(every()), strict=True))
    paths = Counter(
        (request.method, urlsplit(request.path).path.replace(quote(ID, safe=""), "{}"))
        for request in server.requests
    )
    for name, operation in DOCUMENTED.items():
        path = "/v1" + re.sub("{.*}", "{}", operation.paths["documented"])
        attempts = 2 if operation.replay_safe else 1
        assert paths[operation.method, path] == attempts == errors[name].attempts, name
        if operation.method == "GET":
            assert type(errors[name]) is lomi.APIConnectionError
        else:
            assert isinstance(errors[name], lomi.OutcomeUnknownError)
    again = {name for name, operation in OPERATIONS.items() if operation.replay_safe}
    for name, operation in OPERATIONS.items():
        moves = operation.resource in (
            "beneficiary_payouts",
            "charges",
            "payouts",
            "refunds",
            "transfers",
        )
        moves |= name in ("change_subscription_plan", "create_subscription", "update_subscription")
        moves |= name in ("create_instant_settlement", "delete_account", "grant_usage_credits")
        assert not (moves and operation.method != "GET" and name in again), name
    with capsys.disabled():
        print(f"\n  sent again after a lost response: {len(again)} of {len(OPERATIONS)}")


def test_every_operation_was_there(capsys):
    every = list(calls())
    verbs = Counter(operation.verb for operation in OPERATIONS.values())
    with capsys.disabled():
        print(
            f"\n  played: {len(every)} documented calls, 3 forms; {len(OPERATIONS)} {dict(verbs)}"
        )
    counts = sum((operation.generations for operation in OPERATIONS.values()), Counter())
    counts["C"] = len(DOCUMENTED)
    with capsys.disabled():
        print(f"  operations by generation: {dict(sorted(counts.items()))}")
    assert counts == {"A": 42, "B": 52, "C": 84, "D": 93, "E": 157}
    assert len({call for _, facts, call, _ in every if facts["exported"]}) == 84
    assert {call for _, _, call, _ in every} == set(DOCUMENTED)
