"""Shared by both Python runners: reading a plan, and printing its results."""

import base64
import json
import threading
import time
from decimal import Decimal
from inspect import signature

import lomi

CLIENT = (
    "environment base_url routes timeout attempt_timeout connect_timeout idle_timeout max_retries headers"
    " max_connections allow_http api_version"
)

OUTPUT = threading.Lock()


def exact(found):
    """Replaces {"$number": "NaN"} by the number, which JSON cannot represent."""
    digits = found.get("$number")
    if digits is None:
        return found
    return int(digits) if digits.lstrip("-").isdigit() else float(digits)


def read(line):
    return json.loads(line, object_hook=exact)


def settings(plan):
    given = {name: plan["client"][name] for name in CLIENT.split() if name in plan["client"]}
    files = plan["client"].get("ca_files")
    return {**given, "ca_file": files[0] if files else None, "api_key": plan["client"]["api_key"]}


def show(value):
    """A value as JSON: the fields of an object that are set, numbers with every digit."""
    if hasattr(value, "model_extra"):
        # Original values, because attributes return times as datetime.
        return {name: show(field) for name, field in {**vars(value), **value.model_extra}.items()}
    if isinstance(value, dict):
        return {name: show(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [show(item) for item in value]
    if isinstance(value, (float, Decimal)):
        return {"$number": str(value)}
    return value


def give(found):
    """One object, and the originals of fields whose value was converted."""
    read = vars(found)
    originals = {n: show(found.original(n)) for n in read if found.original(n) != read[n]}
    result = {"value": show(found), "originals": originals, "type": type(found).__name__}
    if found.last_response is not None:
        facts = "status attempts request_id idempotency_key replayed warning".split()
        result["facts"] = {name: getattr(found.last_response, name) for name in facts}
    return result


def give_page(page):
    names = "data total has_more next_cursor".split()
    return {"page": {name: show(getattr(page, name)) for name in names}}


def told(error):
    if not isinstance(error, lomi.LomiError):
        return {"kind": f"foreign {type(error).__name__}", "message": str(error)}
    names = (
        "kind status code message details outcome attempts request_id idempotency_key operation retry_after"
    )
    body = None if error.body is None else error.body[:100]
    return {"body": body, **{name: show(getattr(error, name)) for name in names.split()}}


def operation(client, asked):
    """Any operation of a client, and its arguments."""
    call = getattr(getattr(client, asked["on"]), asked["verb"])
    given = dict(zip(list(signature(call).parameters), asked.get("ids", []), strict=False))
    if "body" in asked or "query" in asked:
        given["params"] = asked.get("body", asked.get("query"))
    if asked.get("confirm"):
        given["confirm"] = lambda first: True
    return call, given


def result(found):
    """The result of an operation, and its class; of a list, its rows and theirs."""
    is_page = hasattr(found, "has_more")
    one = next(iter(found.data), None) if is_page else found
    model = type(one).__name__ if hasattr(one, "model_extra") else None
    return {"value": show(found.data if is_page else found), "type": model}


def tell(plan, started, result):
    """Prints one line at once, because threads share the output."""
    took = int((time.monotonic() - started) * 1000)
    line = json.dumps({"name": plan["name"], "ms": took, **result})
    with OUTPUT:
        print(line, flush=True)


def local(call):
    """Calls without a client: webhooks, keys and money."""
    what = call["do"]
    payload = call.get("payload", "").encode() or base64.b64decode(call.get("payload_base64", ""))
    if what == "webhook":
        secret = call.get("sign_with")
        signature = lomi.webhooks.sign(payload, secret) if secret else call["signature"]
        event = lomi.webhooks.construct_event(
            payload, signature, call["secrets"], call.get("max_age"), received_at=call.get("received_at")
        )
        return give(event)
    if what == "replay_key":
        event = lomi.webhooks.construct_event(payload, lomi.webhooks.sign(payload, "whsec_x"), "whsec_x")
        return {"text": lomi.webhooks.ReplayGuard.key(event)}
    if what == "sign":
        return {"text": lomi.webhooks.sign(payload, call["secret"])}
    if what == "key_for_order":
        return {"text": lomi.idempotency_key.for_order(call["order"], call.get("attempt"))}
    if what == "money":
        if "major" in call:
            money = lomi.Money.from_major(call["major"], call["currency"])
        else:
            money = lomi.Money(call["amount"], call["currency"])
        return {"value": {"amount": money.amount, "text": str(money)}}
    return {}
