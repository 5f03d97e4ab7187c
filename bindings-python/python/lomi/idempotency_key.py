"""Idempotency keys that a caller can make again after a crash."""

from __future__ import annotations

from ._lomi import key_for_order


def for_order(order: str) -> str:
    """Give the key that always belongs to an order, however often it is asked for.

    A call that is made again after a crash, with the same key, does its work once.
    """
    return key_for_order(str(order))
