"""Flask: a decorator that passes a verified event to a view.

::

    from lomi.contrib.flask import webhook

    @app.post("/webhooks/lomi")
    @webhook(secret=os.environ["LOMI_WEBHOOK_SECRET"])
    def lomi_webhook(event):
        if event.event == "PAYMENT_SUCCEEDED":
            ...
"""

from __future__ import annotations

from functools import wraps

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from ._receive import MAX_BODY, SIGNATURE_HEADER, Refusal, declared, receive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta
    from typing import Any


def webhook(
    handler: Callable[..., Any] | None = None,
    *,
    secret: str | Sequence[str] | None = None,
    max_age: float | timedelta | None = None,
) -> Any:
    """Make a view of ``handler(event, ...)``.

    A request that is no delivery of lomi.'s gets a response of 400, or 413 beyond 1 MiB, and never
    reaches the function; the reason is logged as a warning under the name "lomi".
    What the function returns is the response; None is 204.

    :param secret: the endpoint's secret, or several; ``LOMI_WEBHOOK_SECRET`` where left out
    :param max_age: refuse what was made more seconds ago
    """
    if handler is None:
        return lambda handler: webhook(handler, secret=secret, max_age=max_age)

    @wraps(handler)
    def view(*args: Any, **kwargs: Any) -> Any:
        length = declared(request.content_length)
        signature = request.headers.get(SIGNATURE_HEADER)
        event = receive(_body(length), signature, secret, max_age, length)
        if isinstance(event, Refusal):
            return Response(event.body, event.status, mimetype="application/json")
        result = current_app.ensure_sync(handler)(event, *args, **kwargs)
        return Response(status=204) if result is None else result

    return view


def _body(length: int) -> bytes | None:
    """The raw body; None where it is too large to be read."""
    from io import BytesIO

    if length > MAX_BODY:
        return None
    try:
        if request.content_length is None:
            # Sent in chunks: reads no more than the limit.
            body = request.stream.read(MAX_BODY + 1)
            if len(body) > MAX_BODY:
                return None
            request.__dict__["stream"] = BytesIO(body)  # a cached property
        return request.get_data(cache=True)
    except RequestEntityTooLarge:  # a lower limit of the shop's settings
        return None
