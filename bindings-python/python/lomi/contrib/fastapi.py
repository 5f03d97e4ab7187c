"""FastAPI: a parameter that holds a verified event.

With the secret of ``LOMI_WEBHOOK_SECRET``::

    from lomi.contrib.fastapi import LomiEvent

    @app.post("/webhooks/lomi", status_code=204)
    async def lomi_webhook(event: LomiEvent):
        if event.event == "PAYMENT_SUCCEEDED":
            ...

With another secret::

    from lomi.contrib.fastapi import verified_event

    event_of = verified_event(secret=settings.webhook_secret, max_age=300)

    @app.post("/webhooks/lomi", status_code=204)
    async def lomi_webhook(event: Annotated[lomi.Event, Depends(event_of)]):
        ...
"""

# No `from __future__ import annotations`: FastAPI reads the annotations.
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response

from ..models.event import Event
from ._receive import MAX_BODY, SIGNATURE_HEADER, Refusal, declared, receive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

__all__ = ["LomiEvent", "RefusedDelivery", "verified_event"]


class RefusedDelivery(HTTPException):
    """A request that is no delivery of lomi.'s: 400, or 413 beyond 1 MiB.

    Its response has the same JSON as that of every other framework's helper. An exception
    handler of the application for this class or its status comes first.
    """

    def __init__(self, refusal: Refusal) -> None:
        """Take the response to give."""
        super().__init__(refusal.status, refusal.body)
        self.refusal = refusal


class verified_event:  # noqa: N801
    """A dependency that gives a verified event."""

    def __init__(
        self,
        secret: "str | Sequence[str] | None" = None,
        max_age: "float | timedelta | None" = None,
    ) -> None:
        """Take what to check a delivery by.

        :param secret: the endpoint's secret, or several; ``LOMI_WEBHOOK_SECRET`` where left out
        :param max_age: refuse what was made more seconds ago
        """
        self._secret = secret
        self._max_age = max_age

    async def __call__(self, request: Request) -> Event:
        """Read the raw body and check it."""
        length = declared(request.headers.get("content-length"))
        body = await _body(request, length)
        signature = request.headers.get(SIGNATURE_HEADER)
        event = receive(body, signature, self._secret, self._max_age, length)
        if isinstance(event, Refusal):
            # Starlette looks for exception handlers here. A handler of the application for
            # this class is kept.
            handlers = request.scope.get("starlette.exception_handlers")
            if handlers:
                handlers[0].setdefault(RefusedDelivery, _respond)
            raise RefusedDelivery(event)
        return event


async def _body(request: Request, length: int) -> "bytes | None":
    """The raw body; None where it is too large to be read."""
    if length > MAX_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    # As Starlette's own `body()` does, so that the route can read it as well.
    request._body = bytes(body)
    return request._body


async def _respond(_request: Request, refused: RefusedDelivery) -> Response:
    refusal = refused.refusal
    return Response(refusal.body, refusal.status, media_type="application/json")


#: The annotation of a parameter that holds a verified event.
LomiEvent = Annotated[Event, Depends(verified_event())]
