"""Calls that the server may ask to confirm: no money has moved before."""

from __future__ import annotations

from .models.confirmation_required import ConfirmationRequired

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Generic, TypeAlias, TypeVar

    from ._lomi import Client, LastResponse

    T = TypeVar("T")

    #: Decides whether a call is confirmed at once.
    Decision: TypeAlias = Callable[[ConfirmationRequired], bool]
    AsyncDecision: TypeAlias = Callable[[ConfirmationRequired], bool | Awaitable[bool]]

    class Confirmation(ConfirmationRequired, Generic[T]):
        """A ``ConfirmationRequired`` whose ``confirm()`` gives the result of the call."""

        def confirm(self) -> T: ...

    class AsyncConfirmation(ConfirmationRequired, Generic[T]):
        """A ``ConfirmationRequired`` whose ``confirm()`` is awaited."""

        async def confirm(self) -> T: ...

else:

    class Confirmation:
        """For hints: at run time it is a ``ConfirmationRequired``."""

        @classmethod
        def __class_getitem__(cls, item: Any) -> Any:
            return ConfirmationRequired

    AsyncConfirmation = Confirmation
    Decision = AsyncDecision = object


def check_decision(confirm: Any) -> None:
    """Refuse what is no function, before anything is sent."""
    if confirm is not None and not callable(confirm):
        from .errors import ValidationError

        kind = type(confirm).__name__
        raise ValidationError(f"confirm must be a function that decides, not {kind}")


def first_of_two(client: Client, reply: tuple[Any, LastResponse], confirm: Decision | None) -> Any:
    """Give the result of a call, or confirm it if the caller's function says so."""
    value = _with_client(client, reply[0], False)
    if value is not None and confirm is not None and confirm(value) is True:
        return value.confirm()
    return reply[0]


async def first_of_two_awaited(
    client: Client, reply: tuple[Any, LastResponse], confirm: AsyncDecision | None
) -> Any:
    """Give the result of an awaited call, or confirm it if the caller's function says so."""
    value = _with_client(client, reply[0], True)
    if value is not None and confirm is not None:
        decided: Any = confirm(value)
        if hasattr(decided, "__await__"):
            decided = await decided
        if decided is True:
            return await value.confirm()
    return reply[0]


def _with_client(client: Client, value: Any, awaited: bool) -> ConfirmationRequired | None:
    if not isinstance(value, ConfirmationRequired):
        return None
    value._client = (client, awaited)
    return value


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Client@_lomi LastResponse@_lomi")
