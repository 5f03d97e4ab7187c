"""The demo in Python: sessions are created, fetched, listed, changed and deleted.

It needs LOMI_BASE_URL and LOMI_API_KEY. With LOMI_DEMO_INBOX, which `make demo` sets, a session
is also paid and its webhook verified. The last line of output is JSON.
"""

import json
import os
import sys
import time
import urllib.request

import lomi
from lomi.models.checkout_sessions_update import CheckoutSessionsUpdate
from lomi.rest import ApiException

# The example of the documents.
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


def start_step(what, number=1):
    """Sets the present step, for the message of a failure."""
    global calls, step
    calls += number
    step = what


def expect(truth, what):
    """Fails with a message unless the condition is true."""
    if not truth:
        raise AssertionError(what)


def documented(host, key):
    """The documented client, as in its documents."""
    configuration = lomi.Configuration(host=host)
    configuration.api_key["ApiKeyAuth"] = key
    with lomi.ApiClient(configuration) as api_client:
        api = lomi.CheckoutSessionsApi(api_client)

        start_step("create_checkout_session")
        session = api.create_checkout_session(DOCUMENTED_BODY)
        print(f"documented: created {session.checkout_session_id}: {session.amount:.0f} XOF")

        start_step("retrieve_checkout_session")
        found = api.retrieve_checkout_session(session.checkout_session_id)
        expect(
            found.checkout_session_id == session.checkout_session_id,
            "it is another session",
        )

        start_step("list_checkout_sessions")
        page = api.list_checkout_sessions(limit=20, offset=0, sort="created_at:desc")
        print(f"documented: listed {len(page.data)} of {page.pagination.total}")

        start_step("update_checkout_session")
        change = CheckoutSessionsUpdate(title="A new title")
        changed = api.update_checkout_session(session.checkout_session_id, change)
        expect(changed.title == "A new title", "the title did not change")

        start_step("delete_checkout_session")
        api.delete_checkout_session(session.checkout_session_id)
        print("documented: changed and deleted")

        start_step("a 404 of the documented client")
        try:
            api.retrieve_checkout_session("session_id_example")
            expect(False, "there was no error")
        except ApiException as error:
            expect(error.status == 404, f"{error.status} came")
            print(f"documented: {type(error).__name__}: {error}")


def modern(host, key):
    """LomiClient."""
    client = lomi.LomiClient(key, base_url=host)
    sessions = client.checkout_sessions

    start_step("create")
    session = sessions.create(COFFEE)
    print(f"created {session.checkout_session_id}")
    print(f"the buyer pays at {session.checkout_url}")

    start_step("get")
    found = sessions.get(session.checkout_session_id)
    print(f"fetched: {found.status}, {found.amount:.0f} {found.currency_code}")

    start_step("create 45 sessions", 45)
    made = {
        sessions.create(
            amount=100 + n, currency_code="XOF", title=f"Ticket {n + 1}"
        ).checkout_session_id
        for n in range(45)
    }

    start_step("page through 45 sessions", 3)
    page = sessions.list(limit=20)
    seen = {item.checkout_session_id for item in page.auto_paging_iter()}
    expect(made <= seen, f"only {len(made & seen)} of 45 came back")
    print(f"paged through {len(seen)} sessions, 20 at a time")

    start_step("update")
    changed = sessions.update(session.checkout_session_id, title="Coffee Beans - 2kg")
    expect(changed.title == "Coffee Beans - 2kg", "the title did not change")
    print(f"changed: {changed.title}")

    start_step("delete")
    sessions.delete(session.checkout_session_id)
    print("deleted")

    for status, kind, call in (
        (
            400,
            lomi.BadRequestError,
            lambda: sessions.create(amount=100, currency_code="ZZZ"),
        ),
        (
            401,
            lomi.AuthenticationError,
            lambda: sessions.list(api_key="lomi_sk_test_nobody"),
        ),
        (404, lomi.NotFoundError, lambda: sessions.get(session.checkout_session_id)),
    ):
        start_step(f"an error {status}")
        try:
            call()
        except kind as error:
            expect(error.status == status, f"{error.status} came")
            print(f"{status}: {type(error).__name__}: {error}")
        else:
            expect(False, "there was no error")


def pay(host, session):
    """Pays a session in the local sandbox, in place of the buyer."""
    control = host.removesuffix("/v1") + f"/_sandbox/sessions/{session.checkout_session_id}/pay"
    urllib.request.urlopen(urllib.request.Request(control, method="POST")).close()


def paid(host, key, inbox):
    """Pays a session and verifies the webhook. Returns the event."""
    sessions = lomi.LomiClient(key, base_url=host).checkout_sessions
    start_step("create a session to pay")
    session = sessions.create(COFFEE)

    start_step("pay it", 0)
    pay(host, session)

    start_step("the webhook", 0)
    with urllib.request.urlopen(inbox) as delivery:
        body, signature = delivery.read(), delivery.headers["X-Lomi-Signature"]
    event = lomi.webhooks.construct_event(body, signature)  # uses LOMI_WEBHOOK_SECRET
    payment = event.data
    expect(isinstance(payment, lomi.Transaction), "the event is about no payment")
    expect(payment.checkout_session_id == session.checkout_session_id, "another's event")
    print(f"verified webhook: {event.event}, {payment.net_amount} XOF")

    start_step("get after the payment")
    found = sessions.get(session.checkout_session_id)
    expect(found.status == "completed", f"it is {found.status}")
    print(f"paid: {found.status}")
    return event


def lost_and_found(host, key, handled):
    """Pays a session whose webhook is lost. Reconciling finds the payment, and handles it once."""
    client = lomi.LomiClient(key, base_url=host)
    start_step("create a session whose webhook is lost")
    session = client.checkout_sessions.create(COFFEE, metadata={"webhook": "lost"})
    pay(host, session)

    start_step("reconcile", 0)
    guard = lomi.webhooks.ReplayGuard()
    guard.first_time(handled)  # by its webhook
    payments = []
    for event, _cursor in client.reconcile(since="2026-01-01"):
        if event.event == "PAYMENT_SUCCEEDED":
            guard.once(event, lambda event: payments.append(event.data))
    expect(len(payments) == 1, f"{len(payments)} payments were handled")
    expect(
        payments[0].checkout_session_id == session.checkout_session_id,
        "another payment",
    )
    print(f"lost webhook found by reconcile: {payments[0].net_amount} XOF, handled once")


def main():
    """Runs both clients and prints the time."""
    started = time.monotonic()
    try:
        host, key = os.environ["LOMI_BASE_URL"], os.environ["LOMI_API_KEY"]
        documented(host, key)
        modern(host, key)
        inbox = os.environ.get("LOMI_DEMO_INBOX")
        if inbox:
            handled = paid(host, key, inbox)
            lost_and_found(host, key, handled)
    except Exception as error:
        print(f"failed at: {step}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    took = round((time.monotonic() - started) * 1000)
    summary = {
        "language": "python",
        "calls": calls,
        "milliseconds": took,
        "paid": bool(inbox),
    }
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
