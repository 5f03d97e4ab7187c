"""The documented client, against the sandbox."""

import copy
import datetime
import json
import pickle
import uuid

import pytest

import lomi
from lomi.exceptions import BadRequestException, NotFoundException, UnauthorizedException
from lomi.models.checkout_sessions import CheckoutSessions
from lomi.models.checkout_sessions_create import CheckoutSessionsCreate
from lomi.models.checkout_sessions_update import CheckoutSessionsUpdate
from lomi.rest import ApiException

BODY = {
    "amount": 15000,
    "currency_code": "XOF",
    "product_id": "prod_1234567890abcdef",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
    "customer_email": "customer@example.com",
}


def test_the_five_operations(api):
    made = api.create_checkout_session(BODY)
    assert isinstance(made, CheckoutSessions)
    assert made.amount == 15000 and made.product_id == "prod_1234567890abcdef"
    assert isinstance(made.checkout_session_id, uuid.UUID)
    assert isinstance(made.created_at, datetime.datetime) and made.created_at.tzinfo

    found = api.retrieve_checkout_session(made.checkout_session_id)
    assert found.checkout_session_id == made.checkout_session_id
    assert api.retrieve_checkout_session(str(made.checkout_session_id)).amount == 15000

    page = api.list_checkout_sessions(limit=1, offset=0, sort="created_at:desc")
    assert isinstance(page, lomi.ListCheckoutSessions200Response)
    assert len(page.data) == 1 and page.pagination.total >= 1

    changed = api.update_checkout_session(
        made.checkout_session_id, CheckoutSessionsUpdate(title="New title")
    )
    assert changed.title == "New title"

    assert api.delete_checkout_session(made.checkout_session_id) is None
    with pytest.raises(NotFoundException) as caught:
        api.retrieve_checkout_session(made.checkout_session_id)
    assert caught.value.status == 404


def test_a_model_is_as_good_as_a_dictionary(api):
    made = api.create_checkout_session(CheckoutSessionsCreate(**BODY, metadata={"order": "1"}))
    assert made.metadata == {"order": "1"}


def test_with_http_info(api):
    response = api.create_checkout_session_with_http_info(BODY)
    assert response.status_code == 201
    assert response.data.amount == 15000
    assert response.headers["Content-Type"].startswith("application/json")
    assert json.loads(response.raw_data)
    gone = api.delete_checkout_session_with_http_info(response.data.checkout_session_id)
    assert gone.status_code in (200, 204) and gone.data is None
    assert api.list_checkout_sessions_with_http_info().data.data is not None


def test_without_preload_content(api):
    answer = api.retrieve_checkout_session_without_preload_content("no-such-session")
    assert answer.status == 404
    assert json.loads(answer.read()) and answer.read() == b""
    assert answer.data and answer.getheader("content-type")


def test_errors_are_the_documented_classes(api, sandbox):
    with pytest.raises(BadRequestException) as caught:
        api.create_checkout_session({"amount": 100, "currency_code": "ZZZ"})
    error = caught.value
    assert isinstance(error, (ApiException, lomi.BadRequestError, lomi.LomiError))
    assert error.status == 400 and error.reason == "Bad Request"
    assert error.body and error.headers["content-type"] and error.data.error.message
    assert "\n" not in str(error)

    configuration = lomi.Configuration(host=sandbox["url"] + "/v1")
    configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_wrong"
    with pytest.raises(UnauthorizedException) as caught:
        lomi.CheckoutSessionsApi(lomi.ApiClient(configuration)).list_checkout_sessions()
    assert isinstance(caught.value, lomi.AuthenticationError)

    with pytest.raises(NotFoundException):
        api.retrieve_checkout_session("session_id_example")


def test_a_call_without_a_key_is_sent(sandbox):
    bare = lomi.ApiClient(lomi.Configuration(host=sandbox["url"] + "/v1"))
    with pytest.raises(UnauthorizedException):
        lomi.CheckoutSessionsApi(bare).list_checkout_sessions()


def test_headers_user_agent_cookie_and_auth(documented):
    api = documented(200, {"data": [], "pagination": {}})
    client = api.api_client
    client.user_agent = "shop/1"
    client.set_default_header("X-Shop", "a")
    client.cookie = "c=1"
    api.list_checkout_sessions(_headers={"X-Shop": "b", "X-Call": "1"})
    sent = api.server.requests[-1].headers
    assert sent["user-agent"] == "shop/1" and sent["cookie"] == "c=1"
    assert sent["x-shop"] == "a" and sent["x-call"] == "1"
    assert sent["x-api-key"] == "lomi_sk_test_secret1"

    client.configuration.api_key_prefix["ApiKeyAuth"] = "Bearer"
    api.list_checkout_sessions()
    assert api.server.requests[-1].headers["x-api-key"] == "Bearer lomi_sk_test_secret1"

    auth = {"type": "api_key", "in": "header", "key": "X-Other", "value": "k"}
    api.list_checkout_sessions(_request_auth=auth)
    sent = api.server.requests[-1].headers
    assert sent["x-other"] == "k" and "x-api-key" not in sent

    auth = {"type": "api_key", "in": "query", "key": "key", "value": "k"}
    api.list_checkout_sessions(limit=5, _request_auth=auth)
    assert api.server.requests[-1].path.endswith("?limit=5&key=k")


def test_the_refresh_hook_is_asked_for_every_call(documented):
    api = documented(200, {"data": [], "pagination": {}})
    keys = iter(["lomi_sk_test_1", "lomi_sk_test_2"])

    def refresh(configuration):
        configuration.api_key["ApiKeyAuth"] = next(keys)

    api.api_client.configuration.refresh_api_key_hook = refresh
    for key in ("lomi_sk_test_1", "lomi_sk_test_2"):
        api.list_checkout_sessions()
        assert api.server.requests[-1].headers["x-api-key"] == key


@pytest.mark.parametrize("limit", ["20", 0, 101, 1.5, True])
def test_a_wrong_limit_is_refused_before_it_is_sent(documented, limit):
    api = documented(200, {"data": []})
    with pytest.raises(ValueError):
        api.list_checkout_sessions(limit=limit)
    assert api.server.requests == []


def test_the_steps_of_a_call_by_hand(api, sandbox):
    client = api.api_client
    call = client.param_serialize(
        "POST",
        "/checkout_sessions",
        header_params={"Accept": client.select_header_accept(["text/html", "application/json"])},
        body=CheckoutSessionsCreate(**BODY),
        auth_settings=["ApiKeyAuth"],
    )
    method, url, headers, body, _ = call
    assert (method, url) == ("POST", sandbox["url"] + "/v1/checkout_sessions")
    assert headers["X-API-KEY"] == sandbox["test_key"] and body["amount"] == 15000
    answer = client.call_api(*call, _request_timeout=(1.0, 5.0))
    answer.read()
    types = {"201": "CheckoutSessions", "400": "Error"}
    response = client.response_deserialize(answer, types)
    assert response.status_code == 201 and isinstance(response.data, CheckoutSessions)

    _, url, headers, _, _ = call
    answer = client.call_api("POST", url, headers, {"amount": 1, "currency_code": "?"})
    answer.read()
    with pytest.raises(BadRequestException) as caught:
        client.response_deserialize(answer, types)
    assert caught.value.status == 400 and isinstance(caught.value.data, lomi.Error)


@pytest.mark.parametrize("overridden", ["get_api_key_with_prefix", "auth_settings"])
def test_the_key_of_a_subclass_is_asked_for(serve, overridden):
    key = "Vault lomi_sk_test_vault"
    given = {
        "get_api_key_with_prefix": lambda self, identifier, alias=None: key,
        "auth_settings": lambda self: {
            "ApiKeyAuth": {"type": "api_key", "in": "header", "key": "X-API-KEY", "value": key}
        },
    }
    server = serve(200, {"checkout_session_id": "cs_1"})
    Vault = type("Vault", (lomi.Configuration,), {overridden: given[overridden]})
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(Vault(host=server.url)))
    api.retrieve_checkout_session("cs_1")
    assert server.requests[0].headers["x-api-key"] == key


def test_models_as_before():
    create = CheckoutSessionsCreate(amount=1, currency_code="XOF", title=None)
    assert create.to_dict() == {"amount": 1, "currency_code": "XOF"}
    assert json.loads(create.to_json()) == {"amount": 1, "currency_code": "XOF"}
    assert create == CheckoutSessionsCreate.from_dict({"amount": 1, "currency_code": "XOF"})
    assert create != CheckoutSessionsCreate(amount=2)
    assert create.model_dump()["title"] is None and "'title': None" in create.to_str()
    assert repr(create) == "CheckoutSessionsCreate(amount=1, currency_code='XOF')"
    assert CheckoutSessionsCreate.from_dict(None) is None
    for made in (copy.copy(create), copy.deepcopy(create), pickle.loads(pickle.dumps(create))):
        assert made == create and made is not create
    create.amount = 5
    assert create.model_copy(update={"title": "T"}).to_dict() == {
        "amount": 5,
        "currency_code": "XOF",
        "title": "T",
    }


def test_session_models_are_typed_where_the_text_is():
    number = uuid.uuid4()
    sent = {
        "checkout_session_id": str(number),
        "created_at": "2025-11-21T13:32:16.240Z",
        "customer_id": "c",
    }
    made = CheckoutSessions.from_json(json.dumps(sent))
    assert made.checkout_session_id == number and made.customer_id == "c"
    assert made.created_at.isoformat() == "2025-11-21T13:32:16.240000+00:00"
    assert made.original("created_at") == "2025-11-21T13:32:16.240Z"
    assert "created_at" not in made.to_dict()
    assert made.model_dump(exclude_none=True)["created_at"] == made.created_at
    assert pickle.loads(pickle.dumps(made)) == made
    assert CheckoutSessions.from_dict(made.to_dict()).checkout_session_id == number


def test_the_shared_instances():
    assert lomi.Configuration.get_default() is lomi.Configuration.get_default_copy()
    assert lomi.ApiClient.get_default() is lomi.CheckoutSessionsApi().api_client
    mine = lomi.Configuration(host="https://example.com")
    lomi.Configuration.set_default(mine)
    try:
        assert lomi.ApiClient().configuration is mine
    finally:
        lomi.Configuration.set_default(None)


def test_configuration_as_before():
    configuration = lomi.Configuration()
    assert configuration.host == "https://api.lomi.africa/v1" and configuration.server_index == 0
    assert lomi.Configuration(server_index=1).host == "https://sandbox.api.lomi.africa/v1"
    configuration.host = "https://example.com/"
    assert configuration.host == "https://example.com/" and configuration.server_index is None
    with pytest.raises(ValueError):
        configuration.get_host_from_settings(7)
    configuration.api_key = {"ApiKeyAuth": "k"}
    assert configuration.auth_settings()["ApiKeyAuth"]["value"] == "k"
    deep = copy.deepcopy(configuration)
    deep.api_key["ApiKeyAuth"] = "other"
    assert configuration.api_key == {"ApiKeyAuth": "k"}
    assert lomi.Configuration(username="u", password="p").get_basic_auth_token() == "Basic dTpw"
    assert lomi.__version__ in configuration.to_debug_report()
