"""What create gives: the object that was made, or what must be paid before one is made.

Either has ``session()``, so that code which expects a session needs no cast and no test.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from typing_extensions import Self

    from ..errors import PaymentRequiredError


class Made:
    """An object that was made."""

    __slots__ = ()

    def session(self) -> Self:
        """Give the session itself; of a ``PaymentRequired`` it raises PaymentRequiredError."""
        return self


class NotMade:
    """An answer in place of the object that was asked for."""

    __slots__ = ()

    def session(self) -> NoReturn:
        """Raise :class:`~lomi.errors.PaymentRequiredError`: nothing was made."""
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
        facts = self.last_response
        if facts is not None:
            error.status, error.request_id = facts.status, facts.request_id
            error.idempotency_key, error.attempts = facts.idempotency_key, facts.attempts
        return error


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "PaymentRequiredError")
