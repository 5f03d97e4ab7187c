"""Webhook deliveries that come more than once: the guard that handles each event once."""

from __future__ import annotations

from contextlib import nullcontext
from sys import modules

from .._event_loops.trio_wait import in_trio
from .._lomi import ReplayMemory, message, replay_key
from ..errors import ConfigurationError
from .stores import CallbackStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager
    from datetime import timedelta
    from typing import Any

    from ..models.event import Event
    from .stores import ReplayStore


#: 30 days, in seconds.
DEFAULT_TTL = 30 * 24 * 60 * 60.0
#: How long a cancelled handler waits for its event to be forgotten, in seconds.
FORGET_TIMEOUT = 5


class ReplayGuard:
    """Tells a delivery that comes for the first time from one that comes again.

    lomi. repeats a delivery that was not answered with 2xx. The ids of two deliveries of one
    payment may differ (live payments by Wave and by card get a new id on every attempt), so a
    payment event is identified by its name, transaction and status. Every other event has
    its id: two renewals of one subscription are two events.

    Checking and remembering is one step: of several threads, processes or machines that share
    the store, one is told that an event is new. If the handler then fails, forget the event
    and answer with 500, so that the next delivery is handled; :meth:`once` does that::

        guard = lomi.webhooks.ReplayGuard(store=lomi.webhooks.RedisStore(redis_client))
        guard.once(event, ship)
    """

    def __init__(
        self,
        size: int = 10_000,
        *,
        store: ReplayStore | Callable[[str, float], bool] | None = None,
        ttl: float | timedelta = DEFAULT_TTL,
    ) -> None:
        """Remember events in a store; in the memory of this process where left out.

        :param store: a :class:`RedisStore`, :class:`DatabaseStore`, an object with the methods
            ``remember(key, ttl)`` and ``forget(key)``, or a function like ``remember``
        :param ttl: for how many seconds; 30 days where left out
        """
        self._store: ReplayStore = _store(ReplayMemory(size) if store is None else store)
        self._ttl = ttl if isinstance(ttl, (int, float)) else ttl.total_seconds()
        if not self._ttl > 0:
            raise ConfigurationError(message("guard_ttl"))

    @staticmethod
    def key(event: Event) -> str:
        """Give the key of an event, the same for each delivery: 77 characters, lower case."""
        import json

        from .._convert.json_text import encode

        return replay_key(json.dumps(event._dump(typed=False, exclude_none=True), default=encode))

    def first_time(self, event: Event) -> bool:
        """Say whether an event is new, and remember it."""
        return _boolean(_not_awaitable(self._store.remember(self.key(event), self._ttl)))

    def forget(self, event: Event) -> None:
        """Forget an event, so that its next delivery counts as the first."""
        _not_awaitable(self._store.forget(self.key(event)))

    def once(self, event: Event, handler: Callable[[Event], Any]) -> bool:
        """Call ``handler(event)`` if the event is new, and say whether it was called.

        If it raises, the event is forgotten and the exception passes on. A process that is
        killed within the handler forgets nothing: where that matters, write the key
        and the work in one transaction of the database.
        """
        if not self.first_time(event):
            return False
        try:
            handler(event)
        except BaseException:
            self.forget(event)
            raise
        return True


class AsyncReplayGuard(ReplayGuard):
    """:class:`ReplayGuard` for ``async`` code; the store's methods may be coroutines."""

    async def first_time(self, event: Event) -> bool:  # type: ignore[override]
        """Say whether an event is new, and remember it."""
        return _boolean(await _awaited(self._store.remember(self.key(event), self._ttl)))

    async def forget(self, event: Event) -> None:  # type: ignore[override]
        """Forget an event, so that its next delivery counts as the first."""
        await _awaited(self._store.forget(self.key(event)))

    async def once(  # type: ignore[override]
        self, event: Event, handler: Callable[[Event], Awaitable[Any]]
    ) -> bool:
        """Await ``handler(event)`` if the event is new, and say whether it was called."""
        if not await self.first_time(event):
            return False
        try:
            await handler(event)
        except BaseException:
            with _shield():
                await self.forget(event)
            raise
        return True


def _store(given: Any) -> Any:
    if hasattr(given, "remember"):
        return given
    if not callable(given):
        raise ConfigurationError("the store of a ReplayGuard must have remember and forget")
    return CallbackStore(given)


def _not_awaitable(result: Any) -> Any:
    if hasattr(result, "__await__"):
        if hasattr(result, "close"):
            result.close()
        # Every coroutine counts as true, so every delivery would seem new.
        raise ConfigurationError(
            "the store of this ReplayGuard is asynchronous: use lomi.webhooks.AsyncReplayGuard"
        )
    return result


def _boolean(result: Any) -> bool:
    if not isinstance(result, bool):
        # None would count as "seen before" for every delivery, and "OK" as "new".
        raise ConfigurationError(
            f"the store's remember must return True or False, and returned {type(result).__name__}"
        )
    return result


def _shield() -> AbstractContextManager[Any]:
    """Let an await end in a cancelled scope, of which trio and anyio cancel every await."""
    library: Any = modules.get("anyio")
    if library is None and "trio" in modules and in_trio():
        library = modules["trio"]
    if library is None:
        return nullcontext()
    scope: AbstractContextManager[Any] = library.move_on_after(FORGET_TIMEOUT, shield=True)
    return scope


async def _awaited(result: Any) -> Any:
    return await result if hasattr(result, "__await__") else result
