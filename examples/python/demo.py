"""The main job in Python: sessions made, fetched, listed, changed and deleted.

LOMI_BASE_URL and LOMI_API_KEY say where. With LOMI_DEMO_INBOX, which `make demo` sets, a
session is paid as well and its webhook checked. The last line is one line of JSON.
"""

import json
import os
import sys
import time
import urllib.request

import lomi
from lomi.models.checkout_sessions_update import CheckoutSessionsUpdate
from lomi.rest import ApiException

# The documents' own examples.
DOCUMENTED_BODY = {
    "amount": 15000,
    "currency_code": "XOF",
    "product_id": "prod_1234567890abcdef",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
    "customer_email": "customer@example.com",
}
COFFEE = {
    "amount": 5000,
    "currency_code": "XOF",
    "title": "Coffee Beans - 1kg",
    "description": "Premium arabica coffee beans",
    "customer_email": "customer@example.com",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
}

calls = 0
step = "reading the environment"


def doing(what, number=1):
    """Names the step, for the line that says where it failed."""
    global calls, step
    calls += number
    step = what


def expect(truth, what):
    """Fails with a sentence where something is not so."""
    if not truth:
        raise AssertionError(what)


def documented(host, key):
    """The documented client, as its documents have it."""
    configuration = lomi.Configuration(host=host)
    configuration.api_key["ApiKeyAuth"] = key
    with lomi.ApiClient(configuration) as api_client:
        api = lomi.CheckoutSessionsApi(api_client)

        doing("create_checkout_session")
        session = api.create_checkout_session(DOCUMENTED_BODY)
        print(f"documented: made {session.checkout_session_id}: {session.amount:.0f} XOF")

        doing("retrieve_checkout_session")
        found = api.retrieve_checkout_session(session.checkout_session_id)
        expect(found.checkout_session_id == session.checkout_session_id, "another session came")

        doing("list_checkout_sessions")
        page = api.list_checkout_sessions(limit=20, offset=0, sort="created_at:desc")
        print(f"documented: listed {len(page.data)} of {page.pagination.total}")

        doing("update_checkout_session")
        change = CheckoutSessionsUpdate(title="A new title")
        changed = api.update_checkout_session(session.checkout_session_id, change)
        expect(changed.title == "A new title", "the title did not change")

        doing("delete_checkout_session")
        api.delete_checkout_session(session.checkout_session_id)
        print("documented: changed and deleted")

        doing("a 404 of the documented client")
        try:
            api.retrieve_checkout_session("session_id_example")
            expect(False, "no error came")
        except ApiException as error:
            expect(error.status == 404, f"{error.status} came")
            print(f"documented: {type(error).__name__}: {error}")


def modern(host, key):
    """LomiClient."""
    client = lomi.LomiClient(key, base_url=host)
    sessions = client.checkout_sessions

    doing("create")
    session = sessions.create(COFFEE)
    print(f"made {session.checkout_session_id}")
    print(f"the buyer pays at {session.checkout_url}")

    doing("get")
    found = sessions.get(session.checkout_session_id)
    print(f"fetched: {found.status}, {found.amount:.0f} {found.currency_code}")

    doing("create 45 sessions", 45)
    made = {
        sessions.create(
            amount=100 + n, currency_code="XOF", title=f"Ticket {n + 1}"
        ).checkout_session_id
        for n in range(45)
    }

    doing("page through 45 sessions", 3)
    page = sessions.list(limit=20)
    seen = {item.checkout_session_id for item in page.auto_paging_iter()}
    expect(made <= seen, f"only {len(made & seen)} of 45 came back")
    print(f"paged through {len(seen)} sessions, 20 at a time")

    doing("update")
    changed = sessions.update(session.checkout_session_id, title="Coffee Beans - 2kg")
    expect(changed.title == "Coffee Beans - 2kg", "the title did not change")
    print(f"changed: {changed.title}")

    doing("delete")
    sessions.delete(session.checkout_session_id)
    print("deleted")

    for status, kind, call in (
        (400, lomi.BadRequestError, lambda: sessions.create(amount=100, currency_code="ZZZ")),
        (401, lomi.AuthenticationError, lambda: sessions.list(api_key="lomi_sk_test_nobody")),
        (404, lomi.NotFoundError, lambda: sessions.get(session.checkout_session_id)),
    ):
        doing(f"an error {status}")
        try:
            call()
        except kind as error:
            expect(error.status == status, f"{error.status} came")
            print(f"{status}: {type(error).__name__}: {error}")
        else:
            expect(False, "no error came")


def paid(host, key, inbox):
    """Pays a session in the local sandbox and checks the webhook that tells the shop."""
    sessions = lomi.LomiClient(key, base_url=host).checkout_sessions
    doing("create a session to pay")
    session = sessions.create(COFFEE)

    doing("pay it", 0)  # the sandbox does what a buyer does on the page
    control = host.removesuffix("/v1") + f"/_sandbox/sessions/{session.checkout_session_id}/pay"
    urllib.request.urlopen(urllib.request.Request(control, method="POST")).close()

    doing("the webhook", 0)
    with urllib.request.urlopen(inbox) as delivery:
        body, signature = delivery.read(), delivery.headers["X-Lomi-Signature"]
    event = lomi.webhooks.construct_event(body, signature)  # by LOMI_WEBHOOK_SECRET
    expect(event.data["checkout_session_id"] == session.checkout_session_id, "another's event")
    print(f"verified webhook: {event.event}, {event.data['net_amount']} XOF")

    doing("get after the payment")
    found = sessions.get(session.checkout_session_id)
    expect(found.status == "completed", f"it is {found.status}")
    print(f"paid: {found.status}")


def main():
    """Runs both clients and says how long it took."""
    started = time.monotonic()
    try:
        host, key = os.environ["LOMI_BASE_URL"], os.environ["LOMI_API_KEY"]
        documented(host, key)
        modern(host, key)
        inbox = os.environ.get("LOMI_DEMO_INBOX")
        if inbox:
            paid(host, key, inbox)
    except Exception as error:
        print(f"failed at: {step}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    took = round((time.monotonic() - started) * 1000)
    said = {"language": "python", "calls": calls, "milliseconds": took, "paid": bool(inbox)}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
