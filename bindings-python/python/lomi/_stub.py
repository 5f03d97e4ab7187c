"""A stub for unit tests: what a client gets without a server."""

from __future__ import annotations

import json

from ._client import AsyncLomiClient, LomiClient
from ._lomi import Offline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal


class Stub:
    """Answers the calls of its clients with examples of what the API returns. Nothing is sent.

    A call that creates or changes an object gets the fields that it has sent.
    """

    def __init__(self) -> None:
        self._offline = Offline.stub()

    def client(self, **settings: Any) -> LomiClient:
        """Make a client. It needs no key."""
        return LomiClient._offline(self._offline, settings)

    def async_client(self, **settings: Any) -> AsyncLomiClient:
        """Make a client for asyncio. It needs no key."""
        return AsyncLomiClient._offline(self._offline, settings)

    def respond(self, operation: str, body: object = None, *, status: int = 200) -> None:
        """Set what the next call of an operation gets, such as ``checkout_sessions.get``.

        Several are used in turn, each by one call with its retries; then the example is the
        answer again.

        :raises lomi.ValidationError: for an unknown operation, or a status that is none
        """
        self._offline.respond(operation, status, json.dumps(body))

    def fail(self, operation: str, how: Literal["connection", "timeout"] = "connection") -> None:
        """Make the next call of an operation fail.

        ``connection`` is before it was sent; ``timeout`` is after it was sent, so that the outcome
        of a write may be unknown.

        :raises lomi.ValidationError: for an unknown operation
        """
        self._offline.fail(operation, how)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests so far.

        Each has ``operation``, ``method``, ``path`` with its query, ``body`` and
        ``idempotency_key``.
        """
        requests: list[dict[str, Any]] = json.loads(self._offline.requests())
        return requests


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
