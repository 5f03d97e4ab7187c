"""What the frameworks share: from a delivery to an answer."""

from __future__ import annotations

from ..errors import ConfigurationError, LomiError
from ..webhooks import SIGNATURE_HEADER, construct_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from ..models.event import Event

__all__ = ["SIGNATURE_HEADER", "receive"]


def receive(
    body: bytes,
    signature: str | None,
    secret: str | Sequence[str] | None,
    max_age: float | timedelta | None,
) -> Event | str:
    """Check a delivery: its event, or a sentence to refuse it with.

    A wrong set-up is raised, so that it is noticed where it was made.
    """
    try:
        return construct_event(body, signature, secret, max_age)
    except ConfigurationError:
        raise
    except LomiError as error:
        return error.message
