"""A shop's server with lomi. in Python. The browser tests run it.

    shop.py create SHOP-URL      creates a session; prints its id and its page
    shop.py get ID               prints its status
    shop.py verify SIGNATURE     reads a delivery from standard input; prints its event
"""

import json
import sys

import lomi


def create(shop):
    session = lomi.LomiClient().checkout_sessions.create(
        amount=10000,
        currency_code="XOF",
        title="Panier du jour",
        customer_name="Awa Diop",
        customer_phone="+221771234567",
        success_url=shop + "/success?session={CHECKOUT_SESSION_ID}",
        cancel_url=shop + "/cancel?session={CHECKOUT_SESSION_ID}",
    )
    return {"id": session.checkout_session_id, "page": session.checkout_url}


def get(session_id):
    return {"status": lomi.LomiClient().checkout_sessions.get(session_id).status}


def verify(signature):
    try:
        event = lomi.webhooks.construct_event(sys.stdin.buffer.read(), signature)
    except lomi.SignatureVerificationError as error:
        return {"refused": type(error).__name__}
    return {"event": event.event, "session": event.data["checkout_session_id"]}


if __name__ == "__main__":
    commands = {"create": create, "get": get, "verify": verify}
    print(json.dumps(commands[sys.argv[1]](sys.argv[2])))
