"""The results of a call that may be refused for now.

A create gives a session, or an invoice that must be paid before one is made. Both have
``session()``, so that code which expects a session needs no cast and no test. A call that moves
money may have to be confirmed first.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from typing_extensions import Self

    from .._lomi import Client
    from ..errors import PaymentRequiredError


class Created:
    """An object that was created."""

    __slots__ = ()

    def session(self) -> Self:
        """Give the session itself; of a ``PaymentRequired`` it raises PaymentRequiredError."""
        return self


class NotCreated:
    """The response of a create that created no object."""

    __slots__ = ()

    def session(self) -> NoReturn:
        """Raise :class:`~lomi.errors.PaymentRequiredError`: nothing was created."""
        raise self._refusal()

    if TYPE_CHECKING:
        checkout_url: str | None
        url: str | None
    else:

        def __getattr__(self, name: str) -> Any:
            if name in ("checkout_url", "url") and name not in self:
                raise self._refusal()
            return super().__getattr__(name)

    def _refusal(self: Any) -> PaymentRequiredError:
        from .._lomi import payment_required
        from ..errors import PaymentRequiredError

        error = PaymentRequiredError(payment_required(self))
        error.code, error.outcome = self.reason, "final"
        error.operation = "create_checkout_session"
        error.payment_required = self
        response = self.last_response
        if response is not None:
            error.status, error.request_id = response.status, response.request_id
            error.idempotency_key, error.attempts = response.idempotency_key, response.attempts
        return error


class Unconfirmed:
    """The response of a call that moves no money before it is confirmed."""

    __slots__ = ()
    if TYPE_CHECKING:
        _client: tuple[Client, bool]

    def confirm(self) -> Any:
        """Make the call again with its idempotency key and the token, and give its result.

        Money moves now. Await it where the call was awaited.

        :raises ConfirmationTokenError: the token has expired, or is for another body
        """
        from .._second_call import second_call

        return second_call(self)


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "Client@_lomi PaymentRequiredError")
