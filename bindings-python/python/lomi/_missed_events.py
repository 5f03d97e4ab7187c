"""The events that a program has missed. The native library says which calls to make, and which
events they bring.
"""

from __future__ import annotations

from ._calls import call_page
from ._lomi import MODERN_MODELS, Reconciliation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from ._lomi import Client
    from .models.event import Event


class _MissedEventsBase:
    """A run: the client that makes its calls, and how far it has come."""

    __slots__ = ("_client", "_run", "_is_busy")

    def __init__(self, client: Client, since: str | datetime) -> None:
        self._client = client
        self._run = Reconciliation(since)
        self._is_busy = False

    def _begin(self) -> None:
        """Refuse a second reader: it would make the same request, and take its result twice."""
        if self._is_busy:
            raise RuntimeError("the next missed event is being read already, by another task")
        self._is_busy = True

    @property
    def cursor(self) -> str:
        """The cursor after the last event; after the end, that of the next run."""
        return self._run.cursor


class MissedEvents(_MissedEventsBase):
    """Events, oldest first, each with the cursor to store once it is handled.

    After an error, the next event makes the same request again.
    """

    __slots__ = ()

    def __iter__(self) -> MissedEvents:
        return self

    def __next__(self) -> tuple[Event, str]:
        self._begin()
        try:
            while (found := self._run.step()) is None:
                call_page(self._client, self._run, None, None, MODERN_MODELS)
        finally:
            self._is_busy = False
        if not found:
            raise StopIteration
        event, cursor = found
        return event, cursor


class AsyncMissedEvents(_MissedEventsBase):
    """Events, oldest first, as :class:`MissedEvents` has them, with ``async for``."""

    __slots__ = ()

    def __aiter__(self) -> AsyncMissedEvents:
        return self

    async def __anext__(self) -> tuple[Event, str]:
        from ._async_calls import call_page as call_page_async

        self._begin()
        try:
            while (found := self._run.step()) is None:
                await call_page_async(self._client, self._run, None, None, MODERN_MODELS)
        finally:
            self._is_busy = False
        if not found:
            raise StopAsyncIteration
        event, cursor = found
        return event, cursor


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Client@_lomi Event")
