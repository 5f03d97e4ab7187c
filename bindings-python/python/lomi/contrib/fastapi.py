"""FastAPI and Starlette: a dependency that gives a verified event.

from lomi.contrib.fastapi import LomiEvent

event_of = LomiEvent(secret=os.environ["LOMI_WEBHOOK_SECRET"])

@app.post("/webhooks/lomi", status_code=204)
async def lomi_webhook(event: lomi.Event = Depends(event_of)):
if event.event == "PAYMENT_SUCCEEDED":
...
"""

from fastapi import HTTPException, Request

from ..models.event import Event
from ._receive import SIGNATURE_HEADER, receive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta


class LomiEvent:
    """A dependency. What is no delivery of lomi.'s is answered with 400."""

    def __init__(
        self,
        secret: "str | Sequence[str] | None" = None,
        max_age: "float | timedelta | None" = None,
    ) -> None:
        """Take the endpoint's secret, or several; ``LOMI_WEBHOOK_SECRET`` where left out."""
        self._secret = secret
        self._max_age = max_age

    async def __call__(self, request: Request) -> Event:
        """Read the raw body and check it."""
        body = await request.body()
        signature = request.headers.get(SIGNATURE_HEADER)
        event = receive(body, signature, self._secret, self._max_age)
        if isinstance(event, str):
            raise HTTPException(400, event)
        return event
