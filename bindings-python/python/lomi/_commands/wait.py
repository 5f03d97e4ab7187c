"""``lomi wait``: until an object is in a final state."""

from __future__ import annotations

from .._client import LomiClient
from ..errors import StillPendingError
from .output import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

#: What can be waited for: resources of the client.
KINDS = (
    "checkout_sessions",
    "transactions",
    "refunds",
    "payouts",
    "beneficiary_payouts",
    "transfers",
    "payment_requests",
    "exports",
)

#: The exit code for an object that is not in its state yet.
STILL_PENDING = 3


def run(args: Namespace) -> int:
    """Wait, and print the object."""
    resource: Any = getattr(LomiClient(), args.kind)
    try:
        show(resource.wait(args.id, timeout=args.timeout, until=args.until))
    except StillPendingError as error:
        show(error.last)
        return STILL_PENDING
    return 0
