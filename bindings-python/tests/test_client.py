"""LomiClient, against the sandbox."""

import datetime
import pickle

import pytest

import lomi


def test_the_five_verbs(client):
    made = client.checkout_sessions.create(
        amount=5000, currency_code="XOF", title="Coffee Beans - 1kg", metadata={"order": "7"}
    )
    assert isinstance(made, lomi.CheckoutSession)
    assert made.checkout_url and made.checkout_url == made.url
    assert isinstance(made.checkout_session_id, str)
    assert isinstance(made.created_at, datetime.datetime)
    facts = made.last_response
    assert facts.status == 201 and facts.attempts == 1 and facts.idempotency_key
    assert facts.request_id and facts.headers["Content-Type"]

    found = client.checkout_sessions.get(made.checkout_session_id)
    assert found.metadata == {"order": "7"}
    changed = client.checkout_sessions.update(made.checkout_session_id, title="Tea")
    assert changed.title == "Tea"
    assert client.checkout_sessions.delete(made.checkout_session_id) is None
    with pytest.raises(lomi.NotFoundError):
        client.checkout_sessions.get(made.checkout_session_id)


def test_a_dictionary_a_model_and_keywords_together(client):
    body = {"amount": 100, "currency_code": "XOF"}
    assert client.checkout_sessions.create(body).amount == 100
    assert client.checkout_sessions.create(lomi.CheckoutSessionsCreate(**body)).amount == 100
    assert client.checkout_sessions.create(body, title="T").title == "T"


def test_none_is_left_out_when_making_and_sent_when_changing(talk):
    client = talk(200, {"checkout_session_id": "cs_1"})
    sessions = client.checkout_sessions
    sent = client.server.requests
    sessions.create(amount=1, title=None)
    sessions.create({"amount": 1, "title": None})
    assert sent[-1].json == sent[-2].json == {"amount": 1}
    for change in ({"title": None}, lomi.CheckoutSessionsUpdate(title=lomi.NULL)):
        sessions.update("cs_1", change)
        assert sent[-1].json == {"title": None}
    sessions.update("cs_1", title=None)
    assert sent[-1].json == {"title": None}
    sessions.update("cs_1", lomi.CheckoutSessionsUpdate(title=None))
    assert sent[-1].json == {}


def test_every_item_of_45(client):
    for number in range(45):
        client.checkout_sessions.create(
            amount=100 + number, currency_code="XOF", title="forty-five"
        )
    page = client.checkout_sessions.list(limit=20)
    assert len(page) == len(page.data) == 20 and page.has_more and page.total >= 45
    ids = [session.checkout_session_id for session in page.auto_paging_iter()]
    assert len(ids) == len(set(ids)) == page.total
    # A second walk starts at the same page.
    assert [s.checkout_session_id for s in page.auto_paging_iter()] == ids
    assert page.next_page().data[0].checkout_session_id == ids[20]


def test_a_walk_goes_on_after_an_error(talk):
    fails = iter([False, True, False, False])

    def answer(request):
        if next(fails):
            return 404, {}, {"message": "not now"}
        start = int(request.path.partition("offset=")[2] or 0)
        rows = [{"checkout_session_id": f"cs_{n}"} for n in range(start, min(start + 2, 5))]
        return 200, {}, {"data": rows, "pagination": {"total": 5, "limit": 2, "offset": start}}

    client = talk(answer)
    items = client.checkout_sessions.list(limit=2).auto_paging_iter()
    seen = [next(items), next(items)]
    with pytest.raises(lomi.NotFoundError):
        next(items)
    seen += items
    assert [session.checkout_session_id for session in seen] == [f"cs_{n}" for n in range(5)]


def test_options_of_a_call(talk):
    client = talk(200, {"checkout_session_id": "cs_1"})
    client.checkout_sessions.create(
        amount=1,
        idempotency_key="order-1",
        timeout=5,
        max_retries=0,
        headers={"X-A": "b"},
        api_key="lomi_sk_test_other",
        account="acct_1",
        request_id="r-1",
    )
    sent = client.server.requests[0].headers
    assert sent["idempotency-key"] == "order-1" and sent["x-a"] == "b"
    assert sent["x-api-key"] == "lomi_sk_test_other" and sent["lomi-account"] == "acct_1"
    assert sent["x-request-id"] == "r-1" and sent["user-agent"] == f"lomi-python/{lomi.__version__}"
    other = client.with_options(api_key="lomi_sk_test_3", timeout=7)
    other.checkout_sessions.get("cs_1")
    assert client.server.requests[1].headers["x-api-key"] == "lomi_sk_test_3"
    assert other.timeout == 7 and client.timeout == 60
    with pytest.raises(lomi.ValidationError, match="did you mean 'timeout'"):
        client.with_options(timout=7)


def test_any_other_endpoint(talk):
    client = talk(200, {"data": [1, {"a": None}]})
    answer = client.request("POST", "/refunds", query={"a": "b"}, body={"x": 1}, timeout=3)
    assert answer == {"data": [1, {"a": None}]}
    sent = client.server.requests[0]
    assert (sent.method, sent.path, sent.json) == ("POST", "/refunds?a=b", {"x": 1})
    for path in ("/../x", "refunds", "//evil.example", "/a b"):
        with pytest.raises(lomi.ValidationError):
            client.request("GET", path)
    assert len(client.server.requests) == 1


def test_a_wrong_keyword_is_refused_with_the_right_one(talk):
    client = talk(200, {"checkout_session_id": "cs_1"})
    with pytest.raises(lomi.ValidationError, match="did you mean 'currency_code'"):
        client.checkout_sessions.create(amount=1, curency_code="XOF")
    with pytest.raises(lomi.ValidationError, match="did you mean 'amount'"):
        lomi.CheckoutSessionsCreate(ammount=1)
    assert client.server.requests == []
    # The names in a dictionary are not checked.
    client.checkout_sessions.create({"amount": 1, "brand_new_field": [1]})
    assert client.server.requests[0].json == {"amount": 1, "brand_new_field": [1]}


def test_payment_required_is_a_class_of_its_own(talk):
    answer = {
        "payment_required": True,
        "reason": "invoice_payment_required",
        "blocking_invoice": {"invoice_id": "inv_1", "amount_remaining": 500},
    }
    first = talk(201, answer).checkout_sessions.create(amount=1, currency_code="XOF")
    assert isinstance(first, lomi.PaymentRequired)
    assert isinstance(first.blocking_invoice, lomi.BlockingInvoice)
    assert first.blocking_invoice.amount_remaining == 500


def test_errors_tell_all_that_is_known(talk):
    body = {"error": {"code": "bad", "message": "no", "details": ["a", {"b": 1}]}}
    client = talk(422, body, {"x-request-id": "req-9"})
    with pytest.raises(lomi.UnprocessableEntityError) as caught:
        client.checkout_sessions.create(amount=1, idempotency_key="k-1")
    error = caught.value
    assert (error.kind, error.status, error.code) == ("UnprocessableEntityError", 422, "bad")
    assert (error.message, error.server_message) == ("no: a", "no")
    assert error.details == ["a", {"b": 1}]
    assert error.request_id == "req-9" and error.idempotency_key == "k-1"
    assert error.attempts == 1 and error.outcome == "final"
    assert error.operation == "create_checkout_session" and error.retry_after is None
    assert str(error) == "no: a (status 422, code bad, request req-9)"
    assert error.status_code == 422 and error.headers["X-Request-Id"] == "req-9"
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and again.details == error.details


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (402, "APIStatusError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (500, "ServerError"),
        (301, "UnexpectedRedirectError"),
    ],
)
def test_every_status_has_its_class(talk, status, name):
    client = talk(status, {"message": "no"}, {"location": "https://example.com"}, max_retries=0)
    with pytest.raises(lomi.LomiError) as caught:
        client.checkout_sessions.get("cs_1")
    assert type(caught.value).__name__ == name and caught.value.status == status
    assert len(client.server.requests) == 1


@pytest.mark.parametrize("body", ["<html>", "", "null", "[1]", "5", '"x"', "{", '{"a":1} x'])
def test_a_success_that_is_no_session_is_an_error(talk, body):
    with pytest.raises(lomi.UnexpectedResponseError):
        talk(200, body, max_retries=0).checkout_sessions.get("cs_1")


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": ""},
        {"api_key": "lomi_pk_test_1"},
        {"api_key": "lomi_sk_test_1\n"},
        {"api_key": 5},
        {"api_key": "lomi_sk_test_1", "base_url": "http://example.com"},
        {"api_key": "lomi_sk_test_1", "environment": "Sandbox"},
        {"api_key": "lomi_sk_test_1", "timeout": 0},
        {"api_key": "lomi_sk_test_1", "timeout": float("nan")},
        {"api_key": "lomi_sk_test_1", "max_retries": -1},
        {"api_key": "lomi_sk_test_1", "max_retries": True},
        {"api_key": "lomi_sk_test_1", "max_connections": True},
        {"api_key": "lomi_sk_test_1", "allow_http": "false"},
        {"api_key": "lomi_sk_test_1", "headers": {"X": True}},
        {"api_key": "lomi_sk_test_1", "routes": "old"},
        {"api_key": "lomi_sk_test_1", "headers": {"X": "a\nb"}},
    ],
)
def test_wrong_settings_are_refused(settings):
    with pytest.raises(lomi.LomiError) as caught:
        lomi.LomiClient(**settings)
    assert caught.value.outcome == "not_sent"


def test_no_key_at_all(monkeypatch):
    monkeypatch.delenv("LOMI_API_KEY", raising=False)
    with pytest.raises(lomi.ConfigurationError, match="LOMI_API_KEY"):
        lomi.LomiClient()
    monkeypatch.setenv("LOMI_API_KEY", "lomi_sk_test_env")
    assert "lomi_sk_test_***" in repr(lomi.LomiClient())


@pytest.mark.parametrize("id", ["", "  ", ".", "..", "a\nb", "x" * 600, None, ["a"]])
def test_wrong_ids_are_refused(talk, id):
    client = talk(200, {"checkout_session_id": "cs_1"})
    with pytest.raises(lomi.ValidationError):
        client.checkout_sessions.get(id)
    assert client.server.requests == []


def test_ids_stay_one_segment(talk):
    client = talk(200, {"checkout_session_id": "cs_1"})
    client.checkout_sessions.get("../refunds?x=1#y")
    assert client.server.requests[0].path == "/checkout-sessions/..%2Frefunds%3Fx%3D1%23y"
