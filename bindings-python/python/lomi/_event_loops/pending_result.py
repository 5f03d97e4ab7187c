"""The result of one call, for a waiter that has no future."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PendingResult:
    """Has the methods of a future that :meth:`ResultQueue.drain` calls."""

    __slots__ = ("_done", "_value", "_error")

    def __init__(self) -> None:
        self._done = False
        self._value: Any = None
        self._error: BaseException | None = None

    def set_result(self, value: Any) -> None:
        """Set the value."""
        self._done, self._value = True, value

    def set_exception(self, error: BaseException) -> None:
        """Set the error."""
        self._done, self._error = True, error

    def done(self) -> bool:
        """Say whether the call is over."""
        return self._done

    def result(self) -> Any:
        """Give the value, or raise the error."""
        if self._error is not None:
            raise self._error
        return self._value
