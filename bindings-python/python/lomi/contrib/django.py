"""Django: a decorator that makes a view of a function of a verified event.

from lomi.contrib.django import webhook

@webhook(secret=settings.LOMI_WEBHOOK_SECRET)
def lomi_webhook(request, event):
if event.event == "PAYMENT_SUCCEEDED":
...

urlpatterns = [path("webhooks/lomi", lomi_webhook)]
"""

from __future__ import annotations

from functools import wraps

from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

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
    """Make a view of ``handler(request, event, ...)``, which may be async.

    What is no delivery of lomi.'s is answered with 400 and never reaches the function.
    What the function returns is the answer; None is 204. The view needs no CSRF token.

    :param secret: the endpoint's secret, or several; ``LOMI_WEBHOOK_SECRET`` where left out
    :param max_age: refuse what was made more seconds ago
    """
    if handler is None:
        return lambda handler: webhook(handler, secret=secret, max_age=max_age)
    from inspect import iscoroutinefunction

    def check(request: Any) -> Any:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        event = receive(request.body, request.headers.get(SIGNATURE_HEADER), secret, max_age)
        if isinstance(event, str):
            return HttpResponseBadRequest(event.encode(), content_type="text/plain")
        return event

    if iscoroutinefunction(handler):

        @csrf_exempt
        @wraps(handler)
        async def async_view(request: Any, *args: Any, **kwargs: Any) -> Any:
            event = check(request)
            if isinstance(event, HttpResponse):
                return event
            return _answer(await handler(request, event, *args, **kwargs))

        return async_view

    @csrf_exempt
    @wraps(handler)
    def view(request: Any, *args: Any, **kwargs: Any) -> Any:
        event = check(request)
        if isinstance(event, HttpResponse):
            return event
        return _answer(handler(request, event, *args, **kwargs))

    return view


def _answer(said: Any) -> Any:
    return HttpResponse(status=204) if said is None else said
