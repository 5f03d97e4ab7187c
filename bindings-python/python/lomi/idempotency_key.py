"""Idempotency keys that a caller can make again after a crash."""

from __future__ import annotations

from ._lomi import key_for_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from uuid import UUID


def for_order(order: str | int | UUID, attempt: int | None = None) -> str:
    """Give the key of an order: always the same for the same order and attempt.

    A call that is made again after a crash, with the same key, does its work once. 1234 and
    "1234" are one order; what identifies no order (None, "", 0) is refused.

    :param attempt: which attempt at the order this is, from 1. Use the next one when the
        session of the last one has expired, or when the order has changed.
    """
    return key_for_order(order, attempt)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
