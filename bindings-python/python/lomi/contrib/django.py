"""Django: a decorator that makes a view of a function of a verified event, and a store of
:class:`lomi.Inbox` whose transactions are those of the ORM.

::

    from lomi.contrib.django import webhook

    @webhook(secret=settings.LOMI_WEBHOOK_SECRET)
    def lomi_webhook(request, event):
        if event.event == "PAYMENT_SUCCEEDED":
            ...

    urlpatterns = [path("webhooks/lomi", lomi_webhook)]
"""

from __future__ import annotations

from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, HttpResponseNotAllowed, RawPostDataException
from django.views.decorators.csrf import csrf_exempt

from .._lomi import webhook_body_already_read
from ._django_inbox import DjangoInboxStore
from ._receive import MAX_BODY, SIGNATURE_HEADER, Refusal, declared, receive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta
    from typing import Any

__all__ = ["DjangoInboxStore", "webhook"]


def webhook(
    handler: Callable[..., Any] | None = None,
    *,
    secret: str | Sequence[str] | None = None,
    max_age: float | timedelta | None = None,
) -> Any:
    """Make a view of ``handler(request, event, ...)``, which may be async.

    A request that is no delivery of lomi.'s gets a response of 400, or 413 beyond 1 MiB, and never
    reaches the function; the reason is logged as a warning under the name "lomi".
    What the function returns is the response; None is 204. The view needs no CSRF token.

    :param secret: the endpoint's secret, or several; ``LOMI_WEBHOOK_SECRET`` where left out
    :param max_age: refuse what was made more seconds ago
    """
    if handler is None:
        return lambda handler: webhook(handler, secret=secret, max_age=max_age)
    from inspect import iscoroutinefunction

    def check(request: Any) -> Any:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        length = declared(request.META.get("CONTENT_LENGTH"))
        signature = request.headers.get(SIGNATURE_HEADER)
        event = receive(_body(request, length), signature, secret, max_age, length)
        if isinstance(event, Refusal):
            return HttpResponse(
                event.body.encode(), status=event.status, content_type="application/json"
            )
        return event

    if iscoroutinefunction(handler):

        @csrf_exempt
        @wraps(handler)
        async def async_view(request: Any, *args: Any, **kwargs: Any) -> Any:
            event = check(request)
            if isinstance(event, HttpResponse):
                return event
            return _response(await handler(request, event, *args, **kwargs))

        return async_view

    @csrf_exempt
    @wraps(handler)
    def view(request: Any, *args: Any, **kwargs: Any) -> Any:
        event = check(request)
        if isinstance(event, HttpResponse):
            return event
        return _response(handler(request, event, *args, **kwargs))

    return view


def _body(request: Any, length: int) -> bytes | None:
    """The raw body; None where it is too large to be read."""
    # Django REST Framework passes a request of its own, which reads from Django's.
    request = getattr(request, "_request", request)
    if length > MAX_BODY:
        return None
    try:
        if not hasattr(request, "_body") and not request._read_started:
            # Reads no more than the limit, whatever the header Content-Length says.
            body = request.read(MAX_BODY + 1)
            if len(body) > MAX_BODY:
                return None
            # As Django's own property does, so that the view can read it as well.
            request._body = body
        body = request.body
    except RequestDataTooBig:  # a lower limit of the shop's settings
        return None
    except RawPostDataException:
        webhook_body_already_read()
        raise
    return bytes(body)


def _response(result: Any) -> Any:
    return HttpResponse(status=204) if result is None else result
