"""Webhooks: proving that a delivery comes from lomi., and reading it.

Hand over the raw body, before anything parses it::

    event = lomi.webhooks.construct_event(request.body, request.headers["X-Lomi-Signature"])
    if event.event == "PAYMENT_SUCCEEDED" and seen.first_time(event):
        ship(event.data["metadata"]["order"])
"""

from __future__ import annotations

from ._lomi import sign_webhook, verify_webhook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from .models.event import Event

#: The header that carries the signature.
SIGNATURE_HEADER = "X-Lomi-Signature"

__all__ = ["SIGNATURE_HEADER", "ReplayGuard", "construct_event", "sign"]


def construct_event(
    payload: bytes | bytearray | memoryview | str,
    signature: str | bytes | None,
    secret: str | Sequence[str] | None = None,
    max_age: float | timedelta | None = None,
    *,
    received_at: float | datetime | None = None,
) -> Event:
    """Check a delivery and read its event.

    :param payload: the raw body
    :param signature: the value of the header ``X-Lomi-Signature``
    :param secret: the endpoint's secret, or several while one is being replaced;
        the variable ``LOMI_WEBHOOK_SECRET`` where left out
    :param max_age: refuse what was made more seconds ago; not checked where left out,
        since a delivery that is sent again by hand keeps its first time
    :param received_at: when it came; now where left out
    :raises lomi.SignatureVerificationError: it does not come from lomi.
    :raises lomi.WebhookPayloadError: it does, and cannot be read
    """
    event: Event = verify_webhook(
        payload, signature, _secrets(secret), _seconds(max_age), _timestamp(received_at)
    )
    return event


def sign(payload: bytes | bytearray | memoryview | str, secret: str | None = None) -> str:
    """Make the signature that lomi. would send for a body: for tests of handlers."""
    return sign_webhook(payload, _secrets(secret)[0])


class ReplayGuard:
    """Tells a delivery that comes for the first time from one that comes again.

    Remembers so many events in memory, which does for one process. For several, keep
    :meth:`keys` in a table with a unique column, or in Redis with ``SET NX``.
    """

    def __init__(self, size: int = 10_000) -> None:
        """Remember so many events."""
        self._size = size
        self._seen: dict[str, None] = {}

    @staticmethod
    def keys(event: Event) -> list[str]:
        """Give what an event is known by: its id, and what it says about which object."""
        data = event.data or {}
        about = next((data[name] for name in _ABOUT if data.get(name)), None)
        keys = [f"id:{event.id}"]
        if about is not None:
            keys.append(f"about:{event.event}:{about}:{data.get('status')}")
        return keys

    def first_time(self, event: Event) -> bool:
        """Say whether an event is new, and remember it."""
        keys = self.keys(event)
        new = not any(key in self._seen for key in keys)
        for key in keys:
            self._seen[key] = None
        while len(self._seen) > self._size * 2:
            del self._seen[next(iter(self._seen))]
        return new


_ABOUT = (
    "transaction_id",
    "refund_id",
    "payout_id",
    "subscription_id",
    "checkout_session_id",
    "id",
)


def _secrets(given: str | Sequence[str] | None) -> list[str]:
    from .errors import ConfigurationError

    if given is None:
        from os import environ

        given = environ.get("LOMI_WEBHOOK_SECRET")
        if given is None:
            raise ConfigurationError("no webhook secret: give one, or set LOMI_WEBHOOK_SECRET")
    secrets: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    if not all(isinstance(secret, str) for secret in secrets):
        raise ConfigurationError("a webhook secret has to be text")
    return secrets


def _seconds(given: float | timedelta | None) -> float | None:
    if given is None or isinstance(given, (int, float)):
        return given
    return given.total_seconds()


def _timestamp(given: float | datetime | None) -> float | None:
    if given is None or isinstance(given, (int, float)):
        return given
    return given.timestamp()


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Event")
