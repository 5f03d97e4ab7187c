"""Webhooks: proving that a delivery comes from lomi., and reading it.

Hand over the raw body, before anything parses it::

    event = lomi.webhooks.construct_event(request.body, request.headers["X-Lomi-Signature"])
    if event.event == "PAYMENT_SUCCEEDED":
        guard.once(event, ship)  # a ReplayGuard: a delivery may come more than once
"""

from __future__ import annotations

from ._lomi import WEBHOOK_MAX_BODY, message, sign_webhook, verify_webhook
from ._replay.database_store import DatabaseStore
from ._replay.guard import AsyncReplayGuard, ReplayGuard
from ._replay.stores import CallbackStore, RedisStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from .models.event import Event

#: The header that carries the signature.
SIGNATURE_HEADER = "X-Lomi-Signature"

#: The most bytes of a body that the helpers for web frameworks read: 1 MiB.
MAX_BODY = WEBHOOK_MAX_BODY

_SECRET_VARIABLE = "LOMI_WEBHOOK_SECRET"

__all__ = [
    "MAX_BODY",
    "SIGNATURE_HEADER",
    "AsyncReplayGuard",
    "CallbackStore",
    "DatabaseStore",
    "RedisStore",
    "ReplayGuard",
    "construct_event",
    "sign",
]


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
    :param secret: the endpoint's secret, or several while one is being replaced, as a list
        or with commas ("new,old"); the variable ``LOMI_WEBHOOK_SECRET`` where left out
    :param max_age: refuse what was made more seconds ago; not checked where left out,
        since a delivery that is sent again by hand keeps its first time
    :param received_at: when it came; now where left out
    :raises lomi.SignatureVerificationError: it does not come from lomi.
    :raises lomi.WebhookPayloadError: it does, and cannot be read
    """
    event: Event = verify_webhook(
        payload, signature, _secrets(secret), max_age, _timestamp(received_at)
    )
    return event


def sign(payload: bytes | bytearray | memoryview | str, secret: str | None = None) -> str:
    """Make the signature that lomi. would send for a body: for tests of handlers."""
    return sign_webhook(payload, _secrets(secret)[0])


def _secrets(given: str | Sequence[str] | None) -> list[str]:
    from .errors import ConfigurationError

    if given is None:
        from os import environ

        given = environ.get(_SECRET_VARIABLE)
        if given is None:
            raise ConfigurationError(message("no_webhook_secret", variable=_SECRET_VARIABLE))
        # Not with Python's exception, which would contain the secret.
        if given.encode(errors="ignore").decode() != given:
            raise ConfigurationError(message("variable_not_utf", name=_SECRET_VARIABLE))
    return list(given) if isinstance(given, (list, tuple)) else [given]  # type: ignore[list-item]


def _timestamp(given: float | datetime | None) -> float | None:
    if given is None or isinstance(given, (int, float)):
        return given
    if not hasattr(given, "timestamp"):
        from .errors import ValidationError

        wrong = {"name": "received_at", "kind": "datetime", "given": type(given).__name__}
        raise ValidationError(message("not_a_moment", **wrong))
    return given.timestamp()


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Event")
