"""Calls of the client published before this one, as documented.

Prints one line of JSON for each: the call and its result.
"""

import json
import os
from importlib.metadata import version
from uuid import UUID

import lomi
from lomi.models.checkout_sessions_create import CheckoutSessionsCreate
from lomi.models.checkout_sessions_update import CheckoutSessionsUpdate
from lomi.rest import ApiException


def report(call, **result):
    print(json.dumps({"call": call, **result}, default=str))


report("version", version=version("lomi"), native=hasattr(lomi, "LomiClient"))
configuration = lomi.Configuration(host=os.environ["LOMI_BASE_URL"])
configuration.api_key["ApiKeyAuth"] = os.environ["LOMI_API_KEY"]
with lomi.ApiClient(configuration) as api_client:
    api = lomi.CheckoutSessionsApi(api_client)
    body = CheckoutSessionsCreate(
        amount=15000,
        currency_code="XOF",
        title="Coffee Beans - 1kg",
        allowed_providers="WAVE,ORANGE",
        success_url="https://example.com/success",
        cancel_url="https://example.com/cancel",
        customer_email="customer@example.com",
        metadata={"order": "42"},
    )
    made = api.create_checkout_session(body)
    report("create", **made.to_dict())

    found = api.retrieve_checkout_session(made.checkout_session_id)
    report("retrieve", same=found == made, typed=isinstance(found.checkout_session_id, UUID))

    for _ in range(2):
        api.create_checkout_session(body)
    page = api.list_checkout_sessions(limit=2, offset=0)
    report("list", rows=len(page.data), pagination=page.pagination.to_dict())
    rest = api.list_checkout_sessions(limit=2, offset=2)
    report("rest", ids=[row.checkout_session_id for row in rest.data])

    change = CheckoutSessionsUpdate(title="A new title", metadata={"order": "43"})
    changed = api.update_checkout_session(made.checkout_session_id, change)
    report("update", title=changed.title, metadata=changed.metadata, amount=changed.amount)

    api.delete_checkout_session(made.checkout_session_id)
    for call in ("retrieve", "delete"):
        try:
            getattr(api, call + "_checkout_session")(made.checkout_session_id)
        except ApiException as error:
            report(f"{call} after delete", status=error.status, kind=type(error).__name__)
