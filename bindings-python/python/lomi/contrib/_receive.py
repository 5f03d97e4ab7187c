"""Shared by the frameworks: from a delivery to an event, or to the response that refuses it."""

from __future__ import annotations

from .._lomi import (
    message,
    webhook_body_already_read,
    webhook_body_too_large,
    webhook_refusal,
)
from ..errors import LomiError
from ..webhooks import MAX_BODY, SIGNATURE_HEADER, construct_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from ..models.event import Event

__all__ = ["MAX_BODY", "SIGNATURE_HEADER", "Refusal", "declared", "receive"]


class Refusal:
    """A response that refuses a delivery: a status, and JSON that does not say the reason."""

    def __init__(self, status: int, body: str) -> None:
        self.status = status
        self.body = body


def declared(length: str | int | None) -> int:
    """The Content-Length of a request; 0 where there is none. The bytes are counted as well."""
    try:
        return int(length or 0)
    except ValueError:
        return 0


def receive(
    body: bytes | None,
    signature: str | None,
    secret: str | Sequence[str] | None,
    max_age: float | timedelta | None,
    length: int,
) -> Event | Refusal:
    """Check a delivery: its event, or the response to refuse it with.

    The body is None where it was too large to be read. A wrong setting raises, so that the
    shop notices it and the delivery comes again.
    """
    try:
        if body is None or len(body) > MAX_BODY:
            webhook_body_too_large()
        elif not body and length > 0:
            webhook_body_already_read()
        return construct_event(body or b"", signature, secret, max_age)
    except LomiError as error:
        refusal = webhook_refusal(type(error).__name__, error.code)
        if refusal is None:
            raise
        _warn(error.message)
        return Refusal(*refusal)


def _warn(reason: str) -> None:
    """Log why a delivery was refused, since the response does not say it."""
    import logging

    try:
        logging.getLogger("lomi").warning("%s", message("refused_delivery", why=reason))
    except Exception:
        pass  # an error of a log handler must not change the response
