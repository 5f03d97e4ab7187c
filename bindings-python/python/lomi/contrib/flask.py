"""Flask: a decorator that hands a view a verified event.

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

from ._receive import SIGNATURE_HEADER, receive

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

    What is no delivery of lomi.'s is answered with 400 and never reaches the function.
    What the function returns is the answer; None is 204.

    :param secret: the endpoint's secret, or several; ``LOMI_WEBHOOK_SECRET`` where left out
    :param max_age: refuse what was made more seconds ago
    """
    if handler is None:
        return lambda handler: webhook(handler, secret=secret, max_age=max_age)

    @wraps(handler)
    def view(*args: Any, **kwargs: Any) -> Any:
        body = request.get_data(cache=True)
        event = receive(body, request.headers.get(SIGNATURE_HEADER), secret, max_age)
        if isinstance(event, str):
            return Response(event, 400, mimetype="text/plain")
        said = current_app.ensure_sync(handler)(event, *args, **kwargs)
        return Response(status=204) if said is None else said

    return view
