"""Every operation of the client published before this one, as its users call it.

Prints one line of JSON for each: the operation, and ``null`` or the error that it ended with.
"""

import inspect
import json
import os
from uuid import uuid4

import lomi
from lomi import models

# What a create needs on a server that checks it; every other field is left out.
FIELDS = {
    "CheckoutSessionsCreate": {"amount": 5000, "currency_code": "XOF"},
    "CustomersCreate": {"name": "Awa"},
    "DiscountCouponsCreate": {"code": "PUBLISHED", "discount_type": "percentage"},
    "MetersCreate": {"name": "calls"},
    "PaymentLinksCreate": {"title": "Coffee", "currency_code": "XOF"},
    "PaymentRequestsCreate": {"amount": 5000, "currency_code": "XOF"},
    "PayoutsCreate": {"amount": 100, "currency_code": "XOF"},
    "BeneficiaryPayoutsCreate": {"amount": 100, "currency_code": "XOF"},
    "PricesCreate": {"amount": 5000, "currency_code": "XOF"},
    "ProductsCreate": {"name": "Coffee"},
    "RefundsCreate": {"amount": 100},
    "SubscriptionsCreate": {"status": "active"},
    "WebhooksCreate": {"url": "https://shop.example/webhooks"},
    "SPIQRCodesCreate": {"montant": 5000},
}


# The field that identifies an object, by the class of its calls.
IDS = {
    "BeneficiaryPayoutsApi": "payout_id",
    "CheckoutSessionsApi": "checkout_session_id",
    "CustomerInvoicesApi": "customer_invoice_id",
    "CustomersApi": "customer_id",
    "DiscountCouponsApi": "coupon_id",
    "EventsApi": "event_id",
    "InstallmentPaymentsApi": "installment_id",
    "MeterBalancesApi": "balance_id",
    "MetersApi": "meter_id",
    "PaymentLinksApi": "link_id",
    "PaymentRequestsApi": "request_id",
    "PayoutMethodsApi": "payout_method_id",
    "PayoutsApi": "payout_id",
    "PricesApi": "price_id",
    "ProductsApi": "product_id",
    "RefundsApi": "refund_id",
    "SPIAccountAliasesApi": "alias_id",
    "SPIQRCodesApi": "qr_code_id",
    "SubscriptionsApi": "subscription_id",
    "TransactionsApi": "transaction_id",
    "WebhookDeliveryLogsApi": "log_id",
    "WebhooksApi": "webhook_id",
}


def row_of(method, arguments, field):
    """The id of the object, or of the first one in the list, that a response contains.

    Read from the response's JSON: the client cannot read every response of its own API.
    """
    raw = getattr(method.__self__, method.__name__ + "_without_preload_content")
    found = json.loads(raw(*arguments).data)
    if isinstance(found, dict):
        found = found.get("data", found)
    if isinstance(found, list):
        found = found[0] if found else {}
    return found.get(field)


def main():
    configuration = lomi.Configuration(host=os.environ["LOMI_BASE_URL"])
    configuration.api_key["ApiKeyAuth"] = os.environ["LOMI_API_KEY"]
    classes = [name for name in dir(lomi) if name.endswith("Api")]
    with lomi.ApiClient(configuration) as client:
        for name in classes:
            play(getattr(lomi, name)(client))


def play(resource):
    names = [name for name, _ in inspect.getmembers(type(resource), inspect.isfunction)]
    plain = [n for n in names if not n.startswith("_") and not n.endswith(("_http_info", "_preload_content"))]
    order = ["create", "list", "retrieve", "update", "delete"]
    plain.sort(key=lambda n: order.index(n.split("_")[0]))
    known = None
    for name in plain:
        verb = name.split("_")[0]
        method = getattr(resource, name)
        arguments = []
        for argument in inspect.signature(method).parameters.values():
            if argument.default is not inspect.Parameter.empty:
                continue
            if argument.name.endswith(("_create", "_update")):
                model = model_of(argument.name)
                fields = FIELDS.get(model.__name__, {}) if verb == "create" else {}
                arguments.append(model(**fields))
            else:
                arguments.append(known or str(uuid4()))
        problem = None
        try:
            method(*arguments)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"[:400]
        if verb in ("create", "list") and known is None:
            known = row_of(method, arguments, IDS[type(resource).__name__])
        report = {"operation": f"{type(resource).__name__}.{name}", "problem": problem}
        print(json.dumps(report))


def model_of(argument):
    flat = argument.replace("_", "").lower()
    names = (name for name in dir(models) if name[0].isupper())
    return getattr(models, next(name for name in names if name.lower() == flat))


main()
