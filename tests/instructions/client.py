"""So many calls of one kind: python client.py TASK URL CALLS."""

import sys

import lomi

task, url, calls = sys.argv[1:]
client = lomi.LomiClient("lomi_sk_test_bench", base_url=url + "/v1", routes="documented")
sessions = client.checkout_sessions
ORDER = {
    "amount": 15000,
    "currency_code": "XOF",
    "title": "Coffee Beans - 1kg",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
}


def create():
    assert sessions.create(ORDER).checkout_session_id


def get():
    session = sessions.get("cs_1")
    assert session.status == "open" and session.amount


def read_list():
    rows = [(row.status, row.amount) for row in sessions.list(limit=100)]
    assert len(rows) == 100 and all(status and amount for status, amount in rows)


call = {"create": create, "get": get, "list": read_list}[task]
for _ in range(int(calls)):
    call()
