"""What can go wrong, one class per kind.

Every class is a :class:`LomiError`, and every :class:`LomiError` is a documented
:class:`~lomi.exceptions.ApiException`::

    try:
        session = client.checkout_sessions.create(amount=10000, currency_code="XOF")
    except lomi.OutcomeUnknownError as error:
        retry_later(error.idempotency_key)  # the same key never makes a second session
    except lomi.APIStatusError as error:
        log(error.status, error.code, error.request_id)
"""

from __future__ import annotations

from ._exceptions import (
    ApiException,
    BadRequestException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ServiceException,
    UnauthorizedException,
    UnprocessableEntityException,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class LomiError(ApiException):
    """Anything that goes wrong with a call.

    Attributes, None or empty where they do not apply:

    ``kind``: the name of the class. ``message``: one sentence. ``server_message``: the server's
    message. ``status``: the HTTP status. ``code``: the API's code, such as ``not_found``.
    ``details``: whatever the API added. ``body``: the body as text. ``parsed_body``: the body as
    a dictionary or list. ``headers``: the headers. ``request_id``: the request's id, for support.
    ``idempotency_key``: the key that every attempt carried. ``attempts``: how many requests were
    sent or tried. ``outcome``: ``not_sent``, ``rejected``, ``unknown`` (the work may have been
    done) or ``final``. ``operation``: such as ``create_checkout_session``. ``retry_after``:
    seconds the server asks to wait. ``history``: a dictionary per request: method, route, status,
    failure, milliseconds, request_id. ``last``: of a StillPendingError, the object in its last
    state. ``unknown_call``: of a call whose outcome is unknown, JSON for ``find_outcome``, which
    can be stored; it has the body that was sent.
    """

    message: str = ""
    server_message: str | None = None
    code: str | None = None
    details: Any = None
    raw_body: bytes | None = None
    request_id: str | None = None
    idempotency_key: str | None = None
    attempts: int = 0
    outcome: str = "not_sent"
    operation: str | None = None
    retry_after: float | None = None
    history: Sequence[dict[str, Any]] = ()
    last: Any = None
    unknown_call: str | None = None

    def __init__(
        self,
        message: str = "",
        status: int | None = None,
        reason: str | None = None,
        http_resp: Any = None,
        *,
        body: str | None = None,
        data: Any = None,
    ) -> None:
        """Take a message, and what the documented exceptions take."""
        super().__init__(status, reason, http_resp, body=body, data=data)
        self.args = (message,) if message else ()
        if http_resp is not None:
            self.code, server_message, self.details = _error_fields(data)
            self.message = message or server_message or f"the server responded with {self.reason}"
            self.outcome = "final"
            self.request_id = (self.headers or {}).get("x-request-id")
        elif message:
            self.message = message

    @property
    def kind(self) -> str:
        """The name of the class."""
        return type(self).__name__

    @property
    def parsed_body(self) -> Any:
        """The body read as JSON: a dictionary or a list; None where it is neither."""
        import json

        raw = self.raw_body if self.raw_body is not None else self.body
        try:
            read = json.loads(raw) if raw else None
        except (ValueError, RecursionError):
            return None
        return read if isinstance(read, (dict, list)) else None

    @property
    def status_code(self) -> int | None:
        """The HTTP status, under its other usual name."""
        return self.status

    def __str__(self) -> str:
        """Give one line: the message, then status, code and request id where there are any."""
        details = [
            f"{name} {value}"
            for name, value in (
                ("status", self.status),
                ("code", self.code),
                ("request", self.request_id),
            )
            if value is not None
        ]
        text = self.message or self.reason or type(self).__name__
        return f"{text} ({', '.join(details)})" if details else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class ConfigurationError(LomiError, ValueError):
    """A setting of the client is wrong. Nothing was sent."""


class ValidationError(LomiError, ValueError):
    """An argument is wrong. Nothing was sent."""


class APIConnectionError(LomiError):
    """The server was not reached, or its response was cut off."""


class APITimeoutError(APIConnectionError):
    """The deadline passed."""


class OutcomeUnknownError(LomiError):
    """A write may have been carried out, and no response says whether it was.

    Every such error is of this class and of the class of what happened: a 502 to create is
    a ``ServerError`` too, a lost connection an ``APIConnectionError``. The message says how
    to find out; with the same idempotency key, create never does its work twice.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the class of what happened: the combined class is no attribute of a module."""
        happened = type(self).__dict__.get("_happened")
        if happened is None:  # raised by other code
            return type(self), self.args, self.__dict__.copy()
        return _restore, (happened, self.args), self.__dict__.copy()


class TLSError(LomiError):
    """The server's certificate or the TLS handshake was refused. Never repeated."""


class UnexpectedResponseError(LomiError):
    """A successful status with a body that is not of the expected type."""


class UnexpectedRedirectError(LomiError):
    """The server redirected to another URL. Redirects are never followed."""


class ResponseTooLargeError(LomiError):
    """The response is larger or nested deeper than allowed."""


class APIStatusError(LomiError):
    """The server answered with a status that is no success."""


class BadRequestError(APIStatusError, BadRequestException):
    """400: the request is wrong."""


class ConfirmationTokenError(BadRequestError):
    """The token of a confirmation has expired, or is for another body."""


class StillPendingError(LomiError):
    """The time of a wait passed before the object reached its state: ``last`` is the object."""


class AuthenticationError(APIStatusError, UnauthorizedException):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError, ForbiddenException):
    """403: the key may not do this."""


class NotFoundError(APIStatusError, NotFoundException):
    """404: there is no such object."""


class ConflictError(APIStatusError, ConflictException):
    """409: the request conflicts with the state of the object."""


class IdempotencyConflictError(ConflictError):
    """409: the idempotency key was used before with another body."""


class UnprocessableEntityError(APIStatusError, UnprocessableEntityException):
    """422: the request is well formed and cannot be carried out."""


class RateLimitError(APIStatusError):
    """429: too many requests. ``retry_after`` says how long to wait."""


class ServerError(APIStatusError, ServiceException):
    """5xx: the server failed."""


class UnsupportedOperationError(APIStatusError, NotFoundException):
    """The server has no route for this operation, in any route style."""


class PaymentRequiredError(LomiError, AttributeError):
    """Nothing was made: the customer has an unpaid invoice, which must be paid first.

    Raised by ``session()`` of what create gave, and by ``checkout_url`` where there is none.
    ``payment_required`` is the response, with its ``blocking_invoice``.
    """

    payment_required: Any = None


class PaginationLoopError(LomiError):
    """A list repeated itself instead of ending."""


class CancelledError(LomiError):
    """The wait for a call was ended from outside: by Ctrl-C, a signal or a cancelled task.

    The exception that ended it passes through unchanged (``KeyboardInterrupt``,
    ``asyncio.CancelledError``, ``TimeoutError``). This error is in its chain of causes and has
    the idempotency key, the number of attempts, and whether the work may have been done::

        except TimeoutError as error:  # of asyncio.timeout() or asyncio.wait_for()
            call = lomi.CancelledError.behind(error)
            if call is not None and call.outcome == "unknown":
                try_again_with(call.idempotency_key)
    """

    @classmethod
    def behind(cls, error: BaseException | None) -> CancelledError | None:
        """Find the ``CancelledError`` behind an exception; None where it ended no call."""
        queue, seen = [error], set[int]()
        while queue and len(seen) < _MOST_CAUSES:
            cause = queue.pop(0)
            if cause is None or id(cause) in seen:
                continue
            if isinstance(cause, CancelledError):
                return cause
            seen.add(id(cause))
            queue += [cause.__cause__, cause.__context__, *getattr(cause, "exceptions", ())]
        return None


class SignatureVerificationError(LomiError):
    """A webhook's signature does not prove that it comes from lomi."""


class WebhookPayloadError(LomiError):
    """A webhook with a good signature and an unusable body."""


class InboxBusyError(LomiError):
    """Another process is handling this event, and had not finished when the wait ended.

    Answer with 500: the next delivery finds out. ``retry_after``: seconds until its lease ends.
    """


class InboxLeaseLostError(LomiError):
    """The lease of an event ended while its handler worked. Its commands were not run.

    The event is handed over again. Give the store a longer ``lease``.
    """


class InboxRolledBackError(LomiError):
    """The transaction of an event ended although its handler returned: nothing was marked.

    The handler caught an error of the database, or ended the transaction itself. The event is
    handed over again.
    """


class InternalError(LomiError):
    """A defect of this package. Please report it."""


#: The most exceptions that :meth:`CancelledError.behind` looks at.
_MOST_CAUSES = 32

_BOTH: dict[type[LomiError], type[OutcomeUnknownError]] = {}


def with_unknown_outcome(happened: type[LomiError]) -> type[OutcomeUnknownError]:
    """Give the class that is a subclass of ``happened`` and of :class:`OutcomeUnknownError`."""
    made = _BOTH.get(happened)
    if made is None:
        bases: tuple[type, ...] = (happened, OutcomeUnknownError)
        if happened is OutcomeUnknownError:  # no response came
            bases = (OutcomeUnknownError, APIConnectionError)
        names = {
            "__module__": happened.__module__,
            "__qualname__": happened.__qualname__,
            "__doc__": happened.__doc__,
            "_happened": happened,
        }
        made = _BOTH.setdefault(happened, type(happened.__name__, bases, names))
    return made


def _restore(happened: type[LomiError], args: tuple[Any, ...]) -> OutcomeUnknownError:
    return with_unknown_outcome(happened)(*args)


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def of_status(status: int) -> type[APIStatusError]:
    """Give the class for an HTTP status."""
    if 500 <= status <= 599:
        return ServerError
    return _BY_STATUS.get(status, APIStatusError)


def _error_fields(data: Any) -> tuple[str | None, str | None, Any]:
    """Give code, message and details of a documented error model."""
    error = getattr(data, "error", None)
    return (
        getattr(error, "code", None),
        getattr(error, "message", None),
        getattr(error, "details", None),
    )


ApiException._class_of_status = staticmethod(of_status)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
