"""Names of lomi 1.1.0 that this version does not have yet: their errors say what works now.

``lomi.CustomersApi`` is an AttributeError, and ``from lomi import CustomersApi`` or ``import
lomi.api.customers_api`` an ImportError, each naming the request that does the work.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The resources of the published package that have no classes here, read off its modules.
RESOURCES = (
    "BeneficiaryPayouts",
    "CustomerInvoices",
    "Customers",
    "DiscountCoupons",
    "Events",
    "InstallmentPayments",
    "MeterBalances",
    "Meters",
    "PaymentLinks",
    "PaymentRequests",
    "PayoutMethods",
    "Payouts",
    "Prices",
    "Products",
    "Refunds",
    "SpiAccountAliases",
    "SpiQrCodes",
    "Subscriptions",
    "Transactions",
    "WebhookDeliveryLogs",
    "Webhooks",
)

#: Its enums, whose members were strings.
ENUMS = (
    "BnplStatus",
    "Frequency",
    "InvoiceStatus",
    "PaymentMethodCode",
    "PayoutStatus",
    "PricingModelEnum",
    "ProductTypeEnum",
    "RefundStatus",
    "SpiAccountStatus",
    "SpiAccountType",
    "SpiPaymentStatus",
    "SubscriptionStatus",
    "TransactionStatus",
)

#: Its API classes that stood for several resources, or for one under another name.
OTHERS = {
    "bnplapi": "InstallmentPayments",
    "checkoutapi": "PaymentLinks",
    "coreapi": "Customers",
    "spiapi": "SpiQrCodes",
    "usagebillingapi": "Meters",
}


def replacement(name: str) -> str | None:
    """Say what works in place of a name of 1.1.0; None for any other name."""
    short = name.replace("_", "").lower()
    for word in ENUMS:
        if short == word.lower():
            return f"the words of {word} are plain strings until its class is there"
    found = OTHERS.get(short)
    for resource in () if found else RESOURCES:
        plain = resource.lower()
        forms = (plain, f"{plain}create", f"{plain}update", f"{plain}api")
        if short in forms or short == f"list{plain}200response":
            found = resource
            break
    if found is None:
        return None
    path = "".join(f"-{c.lower()}" if c.isupper() else c for c in found)[1:]
    return (
        "this class of lomi 1.1.0 is not in this version yet; what works now is "
        f'lomi.LomiClient().request("GET", "/{path}"), with any method, path, query= and body=, '
        "which gives and takes dictionaries"
    )


def missing(module: str, name: str) -> AttributeError:
    """Make the error for a name that a module does not have."""
    instead = replacement(name)
    if instead is None:
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    watch()  # ``from lomi import CustomersApi`` looks for a module next
    return AttributeError(f"module {module!r} has no attribute {name!r}: {instead}")


class _Finder:
    """The last finder of ``sys.meta_path``: raises for modules that 1.1.0 had."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        if name.startswith("lomi."):
            instead = replacement(name.rpartition(".")[2])
            if instead is not None:
                raise ImportError(f"there is no {name}: {instead}", name=name)


def watch() -> None:
    """Raise the same errors for imports."""
    if not any(type(finder).__name__ == "_Finder" for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
