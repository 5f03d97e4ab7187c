"""Webhooks, money and keys."""

import datetime
import json
import pickle
from decimal import Decimal

import pytest

import lomi
from lomi import webhooks

SECRET = "whsec_test"
BODY = json.dumps(
    {
        "id": "evt_1",
        "event": "payment.succeeded",
        "timestamp": "2026-01-01T00:00:00Z",
        "data": {"transaction_id": "t_1", "amount": 5000, "status": "completed"},
        "new_field": 1,
    }
).encode()


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, bytes.decode])
def test_an_event_is_read_from_any_form_of_the_raw_body(form):
    event = webhooks.construct_event(form(BODY), webhooks.sign(BODY, SECRET), SECRET)
    assert isinstance(event, lomi.Event)
    assert event.event == "PAYMENT_SUCCEEDED" == lomi.WebhookEvent.PAYMENT_SUCCEEDED
    assert event.original("event") == "payment.succeeded"
    assert event.data["amount"] == 5000 and event.new_field == 1
    assert event.timestamp.year == 2026


def event(name, data):
    body = json.dumps({"id": "1", "event": name, "data": data}).encode()
    return webhooks.construct_event(body, webhooks.sign(body, SECRET), SECRET)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("payment.failed", lomi.Transaction),
        ("REFUND_CREATED", lomi.Refund),
        ("SUBSCRIPTION_CANCELED", lomi.Subscription),
        ("SUBSCRIPTION_UPDATED", lomi.SubscriptionChange),
        ("PAYOUT_FAILED", lomi.Payout),
        ("DISPUTE_CLOSED", lomi.Dispute),
        ("checkout.session.expired", lomi.CheckoutSession),
        ("USAGE_RECORDED", dict),
        ("SOMETHING_NEW", dict),
    ],
)
def test_the_name_of_an_event_decides_the_type_of_its_data(name, model):
    read = event(name, {"status": "failed", "new": {"a": 1}})
    assert type(read.data) is model
    assert read.data["status"] == "failed" and read.data["new"] == {"a": 1}
    copied = pickle.loads(pickle.dumps(read))
    assert type(copied.data) is model and copied == read
    assert json.loads(read.to_json())["data"] == {"status": "failed", "new": {"a": 1}}
    assert type(lomi.Event.from_json(read.to_json()).data) is model


def test_the_change_of_a_subscription_has_the_subscription():
    change = event("SUBSCRIPTION_UPDATED", {"object": {"subscription_id": "s"}, "context": {}}).data
    assert type(change.object) is lomi.Subscription and change.object.subscription_id == "s"
    assert change.previous_attributes is None and change.context == {}


def test_data_that_is_no_object_is_unchanged():
    assert event("PAYMENT_FAILED", "gone").data == "gone"
    assert event("PAYMENT_FAILED", None).data is None


def test_one_of_several_secrets_will_do():
    signature = webhooks.sign(BODY, SECRET)
    assert webhooks.construct_event(BODY, signature.encode(), ["whsec_new", SECRET]).id == "evt_1"
    with pytest.raises(lomi.SignatureVerificationError):
        webhooks.construct_event(BODY, signature, ["whsec_new", "whsec_newer"])


def test_the_secret_of_the_environment(monkeypatch):
    monkeypatch.delenv("LOMI_WEBHOOK_SECRET", raising=False)
    with pytest.raises(lomi.ConfigurationError, match="LOMI_WEBHOOK_SECRET"):
        webhooks.construct_event(BODY, "x")
    monkeypatch.setenv("LOMI_WEBHOOK_SECRET", SECRET)
    assert webhooks.construct_event(BODY, webhooks.sign(BODY)).id == "evt_1"


@pytest.mark.parametrize("signature", [None, "", "é", b"\xff", 5, ["a"], "0" * 64, "t=1,s=2"])
def test_anything_else_is_no_signature(signature):
    with pytest.raises(lomi.SignatureVerificationError):
        webhooks.construct_event(BODY, signature, SECRET)


@pytest.mark.parametrize("payload", [{"id": 1}, None, 5, ["a"], object()])
def test_what_was_parsed_already_is_refused_with_the_reason(payload):
    with pytest.raises(lomi.ValidationError, match="raw body"):
        webhooks.construct_event(payload, "0" * 64, SECRET)


@pytest.mark.parametrize("secret", ["", " ", [], [""], 5, [None], b"whsec"])
def test_an_empty_or_strange_secret_is_refused(secret):
    with pytest.raises(lomi.ConfigurationError):
        webhooks.construct_event(BODY, webhooks.sign(BODY, SECRET), secret)


def test_a_body_that_is_no_event():
    for body in (b"", b"[]", b'{"event":"X"}', b"\xff"):
        with pytest.raises(lomi.WebhookPayloadError):
            webhooks.construct_event(body, webhooks.sign(body, SECRET), SECRET)


def test_age_in_every_form():
    signature = webhooks.sign(BODY, SECRET)
    made = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    hour = datetime.timedelta(hours=1)
    for at, max_age in ((made + hour, 3600), ((made + hour).timestamp(), hour)):
        webhooks.construct_event(BODY, signature, SECRET, max_age, received_at=at)
    with pytest.raises(lomi.SignatureVerificationError, match="old"):
        webhooks.construct_event(BODY, signature, SECRET, 3599, received_at=made + hour)


def test_money():
    price = lomi.Money(5000, "XOF")
    assert (price.amount, price.currency, price.decimals) == (5000, "XOF", 0)
    assert str(price) == "5 000 F CFA" and repr(price) == "Money(5000, 'XOF')"
    for text in ("50.00", "50", 50, Decimal("50.0")):
        assert lomi.Money.from_major(text, "EUR").amount == 5000
    assert lomi.Money.from_major("50.00", "EUR") == lomi.Money(5000, "EUR") != price
    assert pickle.loads(pickle.dumps(price)) == price and len({price, lomi.Money(5000, "XOF")}) == 1
    with pytest.raises(AttributeError):
        price.amount = 1
    for wrong in (1.5, True, "5", None):
        with pytest.raises(lomi.ValidationError):
            lomi.Money(wrong, "XOF")
    for wrong in ("50.50", 0.5, "", "-1", "1e3", "٥"):
        with pytest.raises(lomi.ValidationError):
            lomi.Money.from_major(wrong, "XOF")
    with pytest.raises(lomi.ValidationError):
        lomi.Money(1, "CFA")


def test_the_key_of_an_order_is_always_the_same():
    assert lomi.idempotency_key.for_order("7") == lomi.idempotency_key.for_order("7")
    assert lomi.idempotency_key.for_order("7") != lomi.idempotency_key.for_order("8")
