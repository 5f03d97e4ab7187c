"""Where a guard keeps the keys of deliveries: functions of the caller's, or Redis."""

from __future__ import annotations

from ..errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, Protocol

    class ReplayStore(Protocol):
        """Where a guard stores keys. ``remember`` must be one atomic step: set if absent."""

        def remember(self, key: str, ttl: float, /) -> Any:
            """Store a key for ``ttl`` seconds: true if it is new, false if it is there already."""

        def forget(self, key: str, /) -> Any:
            """Forget a key."""


class CallbackStore:
    """A store of two functions, such as those of Django's cache.

    ``CallbackStore(lambda key, ttl: cache.add(key, 1, ttl), cache.delete)``
    """

    def __init__(
        self,
        remember: Callable[[str, float], Any],
        forget: Callable[[str], Any] | None = None,
    ) -> None:
        """Take a function that sets a key if it is absent, and one that removes it."""
        self.remember = remember
        self._forget = forget

    def forget(self, key: str) -> Any:
        """Forget a key."""
        if self._forget is None:
            raise ConfigurationError(
                "this store cannot forget a delivery whose handler failed: give CallbackStore a "
                "second function that removes a key"
            )
        return self._forget(key)


class RedisStore:
    """Keys in Redis, with a client of the caller's: redis-py's, or its asyncio client."""

    def __init__(self, client: Any, prefix: str = "") -> None:
        """Take the client, and what to write before each key."""
        self._client = client
        self._prefix = prefix

    def remember(self, key: str, ttl: float) -> Any:
        """``SET key 1 NX EX ttl``: true if the key is new."""
        result = self._client.set(self._prefix + key, 1, nx=True, ex=max(1, round(ttl)))
        return _IsSet(result) if hasattr(result, "__await__") else bool(result)

    def forget(self, key: str) -> Any:
        """Forget a key."""
        return self._client.delete(self._prefix + key)


class _IsSet:
    """Awaits the response of Redis, and converts it to a bool."""

    def __init__(self, result: Any) -> None:
        self._awaitable = result

    def __await__(self) -> Generator[Any, None, bool]:
        return bool((yield from self._awaitable.__await__()))

    def close(self) -> None:
        """Close a coroutine that is never awaited."""
        if hasattr(self._awaitable, "close"):
            self._awaitable.close()
