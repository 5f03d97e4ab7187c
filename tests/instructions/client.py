"""The calls in Python: client.py URL EVENT TASK:WARM-UP:CALLS...

What is counted stands between two calls of `mark`; run.py says how.
"""

import gc
import pathlib
import socket
import sys

import lomi

url, file, *asked = sys.argv[1:]
SECRET = "whsec_0123456789abcdef0123456789abcdef"
EVENT = pathlib.Path(file).read_bytes()
SIGNATURE = lomi.webhooks.sign(EVENT, SECRET)
ORDER = {
    "amount": 15000,
    "currency_code": "XOF",
    "title": "Coffee Beans - 1kg",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
}
FIELDS = tuple(lomi.models.CheckoutSession.__annotations__)
sessions = lomi.LomiClient("lomi_sk_test_0123456789abcdef", base_url=url + "/v1").checkout_sessions


def get():
    session = sessions.get("cs_1")
    assert session.status == "open" and session.amount


def create():
    assert sessions.create(ORDER).checkout_session_id


def read_list():
    rows = [(row.status, row.amount) for row in sessions.list(limit=100)]
    assert len(rows) == 100 and all(status and amount for status, amount in rows)


def read_all():
    rows = [[getattr(row, name) for name in FIELDS] for row in sessions.list(limit=100)]
    assert len(rows) == 100


def not_found():
    try:
        sessions.get("missing")
    except lomi.NotFoundError as error:
        assert error.status == 404 and str(error)
    else:
        raise AssertionError("no error")


def webhook():
    event = lomi.webhooks.construct_event(EVENT, SIGNATURE, SECRET)
    assert event.event == "PAYMENT_SUCCEEDED" and event.data.gross_amount == 15000


CALLS = {
    "get": get,
    "create": create,
    "list": read_list,
    "list-all": read_all,
    "404": not_found,
    "webhook": webhook,
}


def mark():
    """Callgrind writes a part of the profile before each call of gethostname."""
    socket.gethostname()


for task, warm_up, calls in (one.split(":") for one in asked):
    call = CALLS[task]
    for _ in range(int(warm_up)):
        call()
    gc.collect()
    mark()
    for _ in range(int(calls)):
        call()
    mark()
