"""What Python programs do with any object: copy, pickle, patch, iterate, read type hints."""

import asyncio
import copy
import dataclasses
import importlib
import inspect
import json
import pickle
import pkgutil
import subprocess
import sys
import typing
from unittest import mock

import pytest

import lomi
from conftest import ROOT

KEY = "lomi_sk_test_verysecret"
SESSION = {
    "checkout_session_id": "cs_1",
    "status": "complete",
    "amount": 10000,
    "created_at": "2026-01-02T12:00:00Z",
    "metadata": {"order": [1, {"a": None}]},
    "newer": {"b": 1},
}
REQUIRED = {
    "payment_required": True,
    "reason": "invoice_payment_required",
    "blocking_invoice": {"invoice_id": "i_1", "invoice_number": "INV-7"},
}


@pytest.fixture
def session(talk):
    return talk(200, SESSION).checkout_sessions.get("cs_1")


@dataclasses.dataclass
class Shop:
    client: object
    sessions: object


@pytest.mark.parametrize("kind", [lomi.LomiClient, lomi.AsyncLomiClient])
def test_clients_are_copied_and_not_pickled(kind):
    client = kind(KEY, base_url="http://127.0.0.1:9", timeout=7)
    client.mine = {"a": [1]}
    client.checkout_sessions.mine = 1
    for made in (copy.copy(client), copy.deepcopy(client)):
        assert type(made) is kind and made is not client and made.mine == {"a": [1]}
        assert (made.base_url, made.timeout) == (client.base_url, 7)
        assert made.with_options(timeout=5).base_url == client.base_url
    assert copy.deepcopy(client).mine["a"] is not client.mine["a"]
    shop = dataclasses.asdict(Shop(client, client.checkout_sessions))
    assert shop["client"].timeout == 7 and hasattr(shop["sessions"], "create")
    for what in (client, client.checkout_sessions, client._native, Shop(client, None)):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="holds an API key and cannot be pickled"):
                pickle.dumps(what, protocol)
    assert "verysecret" not in repr(client) + repr(client._native) + repr(shop)


def test_the_documented_client_is_copied():
    configuration = lomi.Configuration(host="http://127.0.0.1:9")
    configuration.api_key["ApiKeyAuth"] = KEY
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
    for made in (copy.copy(api), copy.deepcopy(api)):
        assert made.api_client.configuration.api_key == configuration.api_key
    assert "verysecret" not in repr(configuration) + repr(api)


def test_calls_can_be_patched(talk):
    client = talk(200, SESSION)
    with mock.patch.object(client.checkout_sessions, "create", return_value="made") as create:
        assert client.checkout_sessions.create(amount=1) == "made"
        create.assert_called_once_with(amount=1)
    with mock.patch.object(client, "checkout_sessions") as sessions:
        sessions.get.return_value = 5
        assert client.checkout_sessions.get("cs_1") == 5
    with mock.patch.object(client, "request", return_value={}):
        assert client.request("GET", "/customers") == {}
    with mock.patch("lomi.resources.checkout_sessions.CheckoutSessions.get", return_value=6):
        assert client.checkout_sessions.get("cs_1") == 6
    assert client.checkout_sessions.get("cs_1").amount == 10000
    assert client.checkout_sessions is client.checkout_sessions
    spec = mock.create_autospec(lomi.LomiClient, instance=True)
    spec.checkout_sessions.get.return_value = 7
    assert spec.checkout_sessions.get("cs_1") == 7
    with pytest.raises(AttributeError):
        spec.checkout_sessions.nonsense("cs_1")

    async def main():
        other = lomi.AsyncLomiClient(KEY, base_url=client.base_url)
        with mock.patch.object(other.checkout_sessions, "get", mock.AsyncMock(return_value=8)):
            assert await other.checkout_sessions.get("cs_1") == 8

    asyncio.run(main())


def test_what_pydantic_does(session):
    fields = dict(session)
    assert fields["amount"] == 10000 and fields["title"] is None and fields["newer"] == {"b": 1}
    assert list(fields) == [name for name, _ in session]
    assert fields["created_at"].year == 2026 and "checkout_url" in fields
    assert session.dict() == session.model_dump() and session.json() == session.model_dump_json()
    assert session.copy(update={"amount": 5}).amount == 5 and session.copy() == session
    kind = type(session)
    assert kind.parse_obj({"amount": 1}).amount == 1 == kind.parse_raw('{"amount":1}').amount
    assert kind.construct(amount=2).amount == 2
    schema = kind.model_json_schema()
    assert (
        schema["type"] == "object" and {"type": "string"} in schema["properties"]["title"]["anyOf"]
    )
    assert {"type": "number"} in schema["properties"]["amount"]["anyOf"]
    assert session.__fields_set__ == session.model_fields_set
    assert {**dict(session), "amount": 1}["amount"] == 1
    create = lomi.CheckoutSessionsCreate(amount=1)
    assert dict(create)["amount"] == 1 and json.loads(create.json())["amount"] == 1


def test_json(session):
    whole = json.loads(json.dumps({"a": [session]}, default=lomi.json_default))["a"][0]
    assert whole["amount"] == 10000 and whole["created_at"] == "2026-01-02T12:00:00Z"
    assert whole["newer"] == {"b": 1} and "title" not in whole
    assert json.loads(session.to_json())["amount"] == 10000
    with pytest.raises(TypeError, match="object of type object"):
        json.dumps(object(), default=lomi.json_default)


PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


class Own(lomi.CheckoutSession):
    """A subclass of a user's."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickle_of_models(session, protocol):
    made = pickle.loads(pickle.dumps(session, protocol))
    assert made == session and made.model_extra == session.model_extra
    assert made.original("status") == session.original("status")
    own = pickle.loads(pickle.dumps(Own(amount=1), protocol))
    assert type(own) is Own and own.amount == 1
    listed = lomi.ListCheckoutSessions200Response(data=[lomi.CheckoutSessions(amount=1)])
    assert pickle.loads(pickle.dumps(listed, protocol)).data[0].amount == 1
    null = lomi.CheckoutSessionsUpdate(title=lomi.NULL)
    assert pickle.loads(pickle.dumps(null, protocol)).title is lomi.NULL
    assert pickle.loads(pickle.dumps(lomi.CurrencyCode.XOF, protocol)) is lomi.CurrencyCode.XOF


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickle_of_errors_and_events(talk, documented, protocol):
    body = {"error": {"code": "not_found", "message": "gone", "details": {"a": 1}}}
    for call in (
        lambda: talk(404, body).checkout_sessions.get("cs_1"),
        lambda: documented(404, body).retrieve_checkout_session("cs_1"),
        lambda: talk(200, body).checkout_sessions.get(""),
    ):
        with pytest.raises(lomi.LomiError) as caught:
            call()
        error = caught.value
        for made in (pickle.loads(pickle.dumps(error, protocol)), copy.deepcopy(error)):
            assert type(made) is type(error) and str(made) == str(error)
            assert made.__dict__.keys() == error.__dict__.keys()
            assert made.parsed_body == error.parsed_body and made.headers == error.headers
            assert made.data == error.data and made.history == error.history
    payload = b'{"id":"evt_1","event":"PAYMENT_SUCCEEDED","data":{"amount":1}}'
    event = lomi.webhooks.construct_event(payload, lomi.webhooks.sign(payload, "w"), "w")
    assert pickle.loads(pickle.dumps(event, protocol)) == event


def test_pickle_of_a_refusal(talk):
    made = talk(201, REQUIRED).checkout_sessions.create(amount=1, currency_code="XOF")
    with pytest.raises(lomi.PaymentRequiredError) as caught:
        made.session()
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.payment_required == made and again.code == "invoice_payment_required"


def test_session(talk, documented):
    """E41: the session, or an error of its own that names the invoice."""
    session = talk(201, SESSION).checkout_sessions.create(amount=1, currency_code="XOF")
    assert session.session() is session
    client = talk(201, REQUIRED)
    made = client.checkout_sessions.create(amount=1, currency_code="XOF")
    assert isinstance(made, lomi.PaymentRequired) and made.payment_required is True
    for use in (made.session, lambda: made.checkout_url, lambda: made.url):
        with pytest.raises(lomi.PaymentRequiredError, match="INV-7") as caught:
            use()
        error = caught.value
        assert isinstance(error, lomi.LomiError) and error.payment_required is made
        assert (error.code, error.outcome) == ("invoice_payment_required", "final")
        assert (error.status, error.attempts) == (201, 1)
        assert error.message == "nothing was created: the customer must pay invoice INV-7 first"
        assert error.idempotency_key == client.server.requests[-1].headers["idempotency-key"]
    unnamed = talk(201, {**REQUIRED, "blocking_invoice": None})
    with pytest.raises(lomi.PaymentRequiredError, match="must pay an invoice first"):
        unnamed.checkout_sessions.create(amount=1, currency_code="XOF").session()
    assert not hasattr(made, "checkout_url") and getattr(made, "url", 5) == 5
    with pytest.raises(AttributeError, match="has no field 'nonsense'"):
        made.nonsense  # noqa: B018
    api = documented(201, REQUIRED)
    with pytest.raises(lomi.PaymentRequiredError):
        api.create_checkout_session({"amount": 1}).session()


def test_names_that_are_the_same_everywhere(talk, sandbox):
    """E43."""
    url = "https://pay.example/cs_1"
    for sent in ({"checkout_url": url}, {"url": url}):
        session = talk(200, {"id": "cs_1", **sent}).checkout_sessions.get("cs_1")
        assert session.url == session.checkout_url == url
    for body, parsed in [({"error": "no"}, {"error": "no"}), ([1], [1]), ("<html>", None)]:
        with pytest.raises(lomi.BadRequestError) as caught:
            talk(400, body).checkout_sessions.get("cs_1")
        assert caught.value.parsed_body == parsed
    with pytest.raises(lomi.ValidationError) as caught:
        talk(200, {}).checkout_sessions.get("")
    assert caught.value.parsed_body is None
    exceptions = lomi.exceptions
    assert issubclass(lomi.IdempotencyConflictError, lomi.ConflictError)
    assert issubclass(lomi.ConflictError, (lomi.APIStatusError))
    assert issubclass(lomi.ConflictError, exceptions.ConflictException)
    assert issubclass(lomi.BadRequestError, lomi.APIStatusError)
    assert issubclass(lomi.BadRequestError, exceptions.BadRequestException)
    from lomi.testing import Sandbox

    assert isinstance(Sandbox.client, typing.Callable)


PUBLISHED = {
    "lomi.api_client": (
        "ApiException ApiResponse ApiValueError BadRequestException ForbiddenException "
        "NotFoundException ServiceException UnauthorizedException Configuration rest ApiResponseT"
    ),
    "lomi.api.checkout_sessions_api": (
        "ApiClient ApiResponse CheckoutSessions CheckoutSessionsCreate CheckoutSessionsUpdate "
        "ListCheckoutSessions200Response RESTResponseType RequestSerialized"
    ),
    "lomi.models.error": "ErrorError",
    "lomi.models.list_checkout_sessions200_response": (
        "CheckoutSessions ListCustomers200ResponsePagination"
    ),
    "lomi.rest": "ApiException ApiValueError RESTResponse RESTClientObject RESTResponseType",
    "lomi.exceptions": "ApiException",
    "lomi.configuration": (
        "Configuration AuthSettings APIKeyAuthSetting HostSetting HostSettingVariable "
        "JSON_SCHEMA_VALIDATION_KEYWORDS ServerVariablesT"
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_names_that_modules_of_1_1_0_could_be_asked_for(name):
    for wanted in PUBLISHED[name].split():
        space = {}
        exec(f"from {name} import {wanted} as found", space)
        assert space["found"] is not None
    assert importlib.import_module("lomi.api_client").ApiException is lomi.ApiException
    with pytest.raises(ImportError):
        exec(f"from {name} import nonsense")


def modules():
    for found in pkgutil.walk_packages(lomi.__path__, "lomi."):
        if "__main__" not in found.name and ".contrib" not in found.name:
            yield found.name


@pytest.mark.parametrize("name", ["lomi", *modules()])
def test_type_hints(name):
    module = importlib.import_module(name)
    if name.rpartition(".")[2].startswith("_") and name != "lomi":
        return
    names = module.__all__ if hasattr(module, "__all__") else dir(module)
    for public in names:
        found = getattr(module, public)
        home = getattr(found, "__module__", None) or ""
        if public.startswith("_") or not home.startswith("lomi"):
            continue
        if name != "lomi" and "._" in home:
            continue  # something of ours that this module uses
        if inspect.isfunction(found) or inspect.isclass(found):
            typing.get_type_hints(found)
        if not inspect.isclass(found):
            continue
        for attribute, member in inspect.getmembers(found):
            if attribute.startswith("_") and attribute != "__init__":
                continue
            member = inspect.unwrap(getattr(member, "fget", None) or member)
            if inspect.isfunction(member) or inspect.ismethod(member):
                typing.get_type_hints(member)


def test_type_hints_say_types():
    hints = typing.get_type_hints(lomi.LomiClient.__init__)
    assert hints["api_key"] == str | None
    create = typing.get_type_hints(type(lomi.LomiClient(KEY).checkout_sessions).create)
    assert create["return"] == lomi.CheckoutSession | lomi.PaymentRequired
    assert typing.get_type_hints(lomi.webhooks.construct_event)["return"] is lomi.Event
    assert typing.get_type_hints(lomi.AsyncLomiClient)["checkout_sessions"].__name__ == (
        "AsyncCheckoutSessions"
    )


def test_nothing_is_imported_for_hints():
    """`import lomi` and a client stay quick: no typing, no uuid, no datetime."""
    script = (
        "import sys; sys.path[:0] = [sys.argv[1]]; before = set(sys.modules); import lomi; "
        "lomi.LomiClient('lomi_sk_test_1').checkout_sessions; "
        "print(*(set(sys.modules) - before))"
    )
    path = str(ROOT / "bindings-python" / "python")
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "lomi._client" in loaded and loaded.isdisjoint(
        {"typing", "uuid", "datetime", "decimal", "json", "re", "asyncio", "logging"}
    )


@pytest.mark.parametrize("before", ["", "import typing; "])
@pytest.mark.parametrize("name", ["LomiClient", "AsyncLomiClient"])
def test_a_client_imports_the_resources_that_are_used(name, before):
    count = len(list((ROOT / "core" / "spec" / "resources").glob("*.json")))
    script = (
        f"{before}import sys; sys.path[:0] = [sys.argv[1]]; import lomi\n"
        f"client = lomi.{name}('lomi_sk_test_1')\n"
        "def loaded():\n"
        "    starts = ('lomi.resources.', 'lomi.types.')\n"
        "    return sorted(n for n in sys.modules if n.startswith(starts))\n"
        "assert set(loaded()) <= {'lomi.types.limits'}, loaded()\n"
        "client.refunds, client.meters\n"
        "print(*(n for n in loaded() if 'resources' in n))\n"
        f"assert len(lomi.resources.__all__) == {2 * count}\n"
        "assert all(hasattr(client, n) for n in vars(type(client).__mro__[1]) if n[0] != '_')\n"
        "print(len([n for n in loaded() if 'resources' in n]))\n"
    )
    path = str(ROOT / "bindings-python" / "python")
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["lomi.resources.meters", "lomi.resources.refunds", str(count)]


def test_every_module_can_be_the_first():
    """Names that are filled in for hints lead into no circle."""
    script = (
        "import sys, os, typing; sys.path[:0] = [sys.argv[1]]\n"
        "for name in sys.argv[2:]:\n"
        "    if os.fork() == 0:\n"
        "        __import__(name)\n"
        "        os._exit(0)\n"
        "    assert os.wait()[1] == 0, name\n"
    )
    path = str(ROOT / "bindings-python" / "python")
    done = subprocess.run(
        [sys.executable, "-c", script, path, *modules()], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
