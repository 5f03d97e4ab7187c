"""What lomi 1.1.0 did wrong with checkout sessions, by the number of the defect."""

import copy
import json
import pickle
import traceback
import uuid
from decimal import Decimal

import pytest

import lomi
from conftest import ROOT
from lomi.rest import ApiException

ID = "987e6543-e89b-12d3-a456-426614174000"


def test_01_the_redirect_url_is_there(documented):
    for sent in ("url", "checkout_url"):
        api = documented(201, {"checkout_session_id": ID, sent: "https://pay", "brand_new": [1]})
        session = api.create_checkout_session({"amount": 1})
        assert session.url == session.checkout_url == "https://pay"
        assert session.brand_new == [1] and session.model_extra == {"brand_new": [1]}
        assert session.to_dict()["brand_new"] == [1]
        with pytest.raises(AttributeError, match="did you mean 'checkout_url'"):
            print(session.checkout_urll)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: {"data": s},
        lambda s: {"success": True, "data": s},
        lambda s: [s],
        lambda s: {"data": [s]},
    ],
)
def test_02_an_answer_in_an_envelope_is_unwrapped(documented, wrap):
    api = documented(200, wrap({"checkout_session_id": ID, "amount": 5}))
    assert api.retrieve_checkout_session(ID).amount == 5


ROWS = [{"checkout_session_id": ID}]


@pytest.mark.parametrize(
    "body",
    [
        ROWS,
        {"data": ROWS, "meta": {"total": 1, "page": 1}},
        {"data": ROWS, "pagination": {"total": 1, "limit": 20, "offset": 0}},
        {"object": "list", "data": ROWS, "has_more": False, "next_cursor": None},
        {"success": True, "data": {"data": ROWS, "meta": {"total": 1}}},
    ],
)
def test_03_a_list_in_every_envelope(documented, body):
    page = documented(200, body).list_checkout_sessions()
    assert [str(session.checkout_session_id) for session in page.data] == [ID]
    if "total" in json.dumps(body):
        assert page.pagination.total == 1


@pytest.mark.parametrize("providers", [["WAVE", "MTN"], "WAVE"])
def test_04_allowed_providers_as_list_and_as_text(documented, providers):
    api = documented(201, {"checkout_session_id": ID, "allowed_providers": providers})
    session = api.create_checkout_session(lomi.CheckoutSessionsCreate(allowed_providers=providers))
    assert session.allowed_providers == providers
    assert api.server.requests[0].json == {"allowed_providers": providers}


def test_05_a_number_as_text(documented):
    session = documented(200, {"id": ID, "amount": "10000.00"}).retrieve_checkout_session(ID)
    assert session.amount == 10000 and session.original("amount") == "10000.00"


@pytest.mark.parametrize("empty", [[], None, {}, "{}"])
def test_06_metadata_that_is_empty(documented, empty):
    session = documented(200, {"id": ID, "metadata": empty}).retrieve_checkout_session(ID)
    assert session.metadata == {} and session.original("metadata") == empty


def test_07_ids_of_any_form(documented):
    body = {"checkout_session_id": "cs_1", "product_id": "prod_1234567890abcdef", "price_id": ID}
    api = documented(200, body)
    session = api.retrieve_checkout_session("session_id_example")
    assert (session.checkout_session_id, session.product_id) == ("cs_1", body["product_id"])
    assert session.price_id == uuid.UUID(ID)
    session.customer_id = "cus_1"
    assert session.customer_id == "cus_1"


@pytest.mark.parametrize("status", [200, 201, 202])
def test_08_any_success_is_one(documented, status):
    api = documented(status, {"checkout_session_id": ID})
    assert str(api.create_checkout_session({"amount": 1}).checkout_session_id) == ID
    assert str(api.retrieve_checkout_session(ID).checkout_session_id) == ID


def test_09_nothing_is_dropped_from_a_request(documented):
    api = documented(201, {"checkout_session_id": ID})
    body = {"amount": 1, "line_items": [{"price_id": "p"}], "curency_code": "XOF"}
    api.create_checkout_session(body)
    assert api.server.requests[0].json == body
    with pytest.raises(ValueError, match="did you mean 'currency_code'"):
        lomi.CheckoutSessionsCreate(curency_code="XOF")
    model = lomi.CheckoutSessionsCreate.from_dict(body)
    api.create_checkout_session(model)
    assert api.server.requests[1].json == body


def test_10_null_can_be_sent(documented):
    api = documented(200, {"checkout_session_id": ID})
    api.update_checkout_session(ID, lomi.CheckoutSessionsUpdate(title=lomi.NULL))
    api.update_checkout_session(ID, {"title": None})
    assert [request.json for request in api.server.requests] == [{"title": None}] * 2


def test_11_to_json_writes_ids_and_times():
    session = lomi.CheckoutSessions.from_dict(
        {"checkout_session_id": ID, "expires_at": "2025-11-21T13:32:16.240Z", "metadata": {"a": 1}}
    )
    assert session.expires_at.year == 2025 and session.checkout_session_id == uuid.UUID(ID)
    assert json.loads(session.to_json()) == {
        "checkout_session_id": ID,
        "expires_at": "2025-11-21T13:32:16.240Z",
        "metadata": {"a": 1},
    }
    made = lomi.CheckoutSessionsCreate(product_id=uuid.UUID(ID), amount=Decimal("10.5"))
    assert json.loads(made.to_json()) == {"product_id": ID, "amount": 10.5}


@pytest.mark.parametrize(
    ("body", "code", "message", "details"),
    [
        ({"error": {"code": "c", "message": "m", "details": ["a"]}}, "c", "m", ["a"]),
        ({"error": {"code": "c", "message": "m", "details": "a"}}, "c", "m", "a"),
        ({"statusCode": 404, "message": "m", "error": "Not Found"}, None, "m", None),
        ({"message": ["m", "n"]}, None, "m; n", ["m", "n"]),
        ({"error": "m"}, None, "m", None),
    ],
)
def test_12_error_bodies_of_every_form(documented, body, code, message, details):
    with pytest.raises(lomi.exceptions.NotFoundException) as caught:
        documented(404, body).retrieve_checkout_session(ID)
    error = caught.value
    assert (error.code, error.message, error.details) == (code, message, details)
    assert error.data.error.message == message and error.data.error.code == code
    assert error.data.error.details == details


def test_13_there_is_a_time_out(documented):
    api = documented(200, {"checkout_session_id": ID})
    from lomi._documented.native_client import native

    assert native(api.api_client.configuration, None).timeout == 60

    import threading

    never = threading.Event()
    slow = documented(lambda request: (never.wait(20), (200, {}, {}))[1])
    for given in (0.2, (0.1, 0.1)):
        with pytest.raises(lomi.APITimeoutError):
            slow.retrieve_checkout_session(ID, _request_timeout=given)
    never.set()


@pytest.mark.parametrize("body", ["<html>", "{", "[]", "null", ""])
def test_14_everything_is_an_api_exception(documented, body):
    with pytest.raises(ApiException):
        documented(200, body).retrieve_checkout_session(ID)
    dead = lomi.Configuration(host="http://127.0.0.1:9", retries=0)
    with pytest.raises(ApiException) as caught:
        lomi.CheckoutSessionsApi(lomi.ApiClient(dead)).retrieve_checkout_session(ID)
    assert isinstance(caught.value, lomi.APIConnectionError)
    with pytest.raises(ApiException):
        lomi.CheckoutSessionsApi(lomi.ApiClient(dead)).create_checkout_session(5)


def test_15_a_long_retry_after_is_an_error_at_once(documented):
    api = documented(429, {"message": "slow down"}, {"retry-after": "900"})
    with pytest.raises(lomi.RateLimitError) as caught:
        api.delete_checkout_session(ID)
    assert caught.value.retry_after == 900 and len(api.server.requests) == 1


def test_15_no_write_is_repeated_blindly(documented):
    api = documented(lambda request: None)
    with pytest.raises(lomi.OutcomeUnknownError) as caught:
        api.update_checkout_session(ID, {"title": "T"})
    assert caught.value.outcome == "unknown" and len(api.server.requests) == 1
    api = documented(lambda request: None)
    with pytest.raises(lomi.OutcomeUnknownError):
        api.create_checkout_session({"amount": 1})
    keys = {request.headers["idempotency-key"] for request in api.server.requests}
    assert len(api.server.requests) == 3 and len(keys) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_16_redirects_carry_no_key_anywhere(documented, serve, status):
    other = serve(200, {"checkout_session_id": ID})
    api = documented(status, "", {"location": other.url + "/checkout-sessions"})
    with pytest.raises(lomi.UnexpectedRedirectError):
        api.create_checkout_session({"amount": 1})
    assert other.requests == []


def test_17_instances_share_nothing_but_the_default(documented):
    first, second = lomi.Configuration(), lomi.Configuration()
    first.api_key["ApiKeyAuth"] = "a"
    assert second.api_key == {}
    assert lomi.ApiClient(first).configuration is first


def test_19_the_path_is_found(sandbox):
    for base in (sandbox["url"], sandbox["url"] + "/v1", sandbox["url"] + "/v1/"):
        configuration = lomi.Configuration(host=base, api_key={"ApiKeyAuth": sandbox["test_key"]})
        api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
        assert api.create_checkout_session({"amount": 100, "currency_code": "XOF"}).url


def test_20_no_key_is_ever_shown(documented, capfd):
    key = "lomi_sk_test_secret1"
    api = documented(401, {"error": {"code": "x", "message": f"bad key {key}"}})
    configuration = api.api_client.configuration
    configuration.debug = True
    shown = [repr(configuration), str(configuration), configuration.to_debug_report()]
    try:
        api.retrieve_checkout_session(ID)
    except lomi.AuthenticationError as error:
        shown += [repr(error), str(error), ApiException.__str__(error)]
        shown += traceback.format_exception(error)
    client = lomi.LomiClient(key, base_url="http://127.0.0.1:9")
    shown += [repr(client), repr(client._native), repr(client.checkout_sessions)]
    shown.append(repr(lomi.CheckoutSessions(metadata={"key": key})))
    out, err = capfd.readouterr()
    assert all("secret1" not in text for text in [*shown, out, err])
    assert any("lomi_sk_test_***" in text for text in shown)
    with pytest.raises(TypeError, match="API key"):
        pickle.dumps(client)
    for made in (copy.copy(client), copy.deepcopy(client)):
        assert "secret1" not in repr(made)


def test_21_one_version_everywhere(documented):
    version = next(
        line.split('"')[1]
        for line in (ROOT / "Cargo.toml").read_text().splitlines()
        if line.startswith("version")
    )
    assert lomi.__version__ == version
    assert lomi.ApiClient(lomi.Configuration()).user_agent == f"lomi-python/{version}"


@pytest.mark.parametrize(
    "kind", ["application/problem+xml", "application/octet-stream", "text/html"]
)
def test_22_a_strange_content_type_hides_no_status(documented, kind):
    api = documented(503, "<problem/>", {"content-type": kind})
    api.api_client.configuration.retries = 0
    with pytest.raises(lomi.exceptions.ServiceException) as caught:
        api.retrieve_checkout_session(ID)
    assert caught.value.status == 503 and caught.value.body == "<problem/>"
    session = documented(200, {"id": ID}, {"content-type": kind}).retrieve_checkout_session(ID)
    assert str(session.checkout_session_id) == ID
