"""``LomiClient`` and ``AsyncLomiClient``: the settings, and the resources."""

from __future__ import annotations

from ._calls import call
from ._client_resources import AsyncResources, Resources
from ._convert.arguments import query as _query
from ._lomi import PLAIN_DICTS
from ._settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta
    from os import PathLike
    from typing import Any, overload

    from typing_extensions import Self

    from ._convert.arguments import Timeout
    from ._find_outcome import FoundOutcome
    from ._missed_events import AsyncMissedEvents, MissedEvents


class LomiClient(Resources, Settings):
    """A client of the lomi. API.

    It holds no connection: share it between threads, make it before or after a fork::

        client = lomi.LomiClient()
        session = client.checkout_sessions.create(amount=10000, currency_code="XOF")
        print(session.checkout_url)
    """

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        **options: Any,
    ) -> Any:
        """Call any other endpoint by its path below the base URL; gives what JSON holds.

        Takes the options of every call: ``idempotency_key``, ``timeout``, ``connect_timeout``,
        ``attempt_timeout`` and ``idle_timeout`` in seconds, ``max_retries``, ``headers``,
        ``api_key``, ``account``, ``request_id``, ``extra_body``.
        """
        query = None if query is None else _query("request", query)
        return call(self._native, (method, path), None, query, body, options or None, PLAIN_DICTS)[
            0
        ]

    def find_outcome(
        self, error_or_json: BaseException | str, *, known_ids: Iterable[object] = ()
    ) -> FoundOutcome:
        """Find out whether a call was done whose outcome is unknown.

        A call that the server does once is sent again with its idempotency key; for any other,
        its object is looked for and nothing is written.

        :param error_or_json: the error of the call, or the ``unknown_call`` of it
        :param known_ids: ids of objects of the same kind that are known to be of other calls
        """
        from ._find_outcome import find_outcome

        return find_outcome(self._native, error_or_json, known_ids)

    def reconcile(self, since: str | datetime) -> MissedEvents:
        """Iterate over what has ended since then, as the events that webhooks would have brought.

        Each comes with a cursor, to be stored once the event is handled::

            for event, cursor in client.reconcile(since=cursor):
                ...

        :param since: a cursor, or for the first run a time
        """
        from ._missed_events import MissedEvents

        return MissedEvents(self._native, since)

    if TYPE_CHECKING:

        @overload
        def download(
            self,
            url: str,
            to: None = None,
            *,
            max_bytes: int | None = None,
            timeout: Timeout | None = None,
            connect_timeout: float | timedelta | None = None,
            attempt_timeout: float | timedelta | None = None,
            idle_timeout: float | timedelta | None = None,
            max_retries: int | None = None,
        ) -> bytes: ...

        @overload
        def download(
            self,
            url: str,
            to: str | PathLike[str],
            *,
            max_bytes: int | None = None,
            timeout: Timeout | None = None,
            connect_timeout: float | timedelta | None = None,
            attempt_timeout: float | timedelta | None = None,
            idle_timeout: float | timedelta | None = None,
            max_retries: int | None = None,
        ) -> int: ...

    def download(
        self,
        url: str,
        to: str | PathLike[str] | None = None,
        *,
        max_bytes: int | None = None,
        timeout: Timeout | None = None,
        connect_timeout: float | timedelta | None = None,
        attempt_timeout: float | timedelta | None = None,
        idle_timeout: float | timedelta | None = None,
        max_retries: int | None = None,
    ) -> bytes | int:
        """Download a file that the API links to, such as the ``download_url`` of an export.

        Neither the key nor the headers of this client are sent to the link. Gives the bytes, or
        the size of the file where ``to`` is given.

        :param url: the link; its query is a signature, so keep it as a secret
        :param to: the file to write. The bytes go to a temporary file beside it, which gets its
            name when it is complete: an existing file is replaced only then, and nothing is
            left of a download that fails
        :param max_bytes: the most bytes; where left out, the client's limit ``body``, and 1 GiB
            for a file
        :param timeout: seconds for the whole download, repeats included
        :param connect_timeout: seconds to wait for a connection
        :param attempt_timeout: seconds for one attempt; where left out, 30, and the whole
            ``timeout`` for a file
        :param idle_timeout: the most seconds between two chunks of the file
        :param max_retries: how many times to repeat after the first attempt
        """
        options = {
            "timeout": timeout,
            "connect_timeout": connect_timeout,
            "attempt_timeout": attempt_timeout,
            "idle_timeout": idle_timeout,
            "max_retries": max_retries,
        }
        target = (url, to, max_bytes)
        value: bytes | int
        value, _ = call(self._native, target, None, None, None, options, PLAIN_DICTS)
        return value

    def prewarm(self) -> None:
        """Open a connection for the next call, which then takes one round trip.

        Looks the name up, connects and does the TLS handshake, through the proxy if there is
        one. Nothing is sent, the key included; does nothing if an open connection is idle. Servers
        close idle connections after some seconds, so this one is kept for 4 seconds: call it
        right at the start of a process, or of a request that will make a call.

        Raises the error of a call that gets no connection, such as ``APIConnectionError``.
        """
        call(self._native, None, None, None, None, None, PLAIN_DICTS)

    def close(self) -> None:
        """Do nothing: connections belong to the process and close when they are idle."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()


class AsyncLomiClient(AsyncResources, Settings):
    """The same client for asyncio; every call is awaited.

    It works on any loop, on several at once, and after a fork::

        async with lomi.AsyncLomiClient() as client:
            async for session in client.checkout_sessions.list(status="open"):
                print(session.checkout_session_id)
    """

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        **options: Any,
    ) -> Any:
        """Call any other endpoint by its path below the base URL; gives what JSON holds.

        Takes the options of every call, as :meth:`LomiClient.request` does.
        """
        from ._async_calls import call as call_async

        query = None if query is None else _query("request", query)
        result = await call_async(
            self._native, (method, path), None, query, body, options or None, PLAIN_DICTS
        )
        return result[0]

    async def find_outcome(
        self, error_or_json: BaseException | str, *, known_ids: Iterable[object] = ()
    ) -> FoundOutcome:
        """Find out whether a call was done, as :meth:`LomiClient.find_outcome` does."""
        from ._find_outcome import find_outcome_awaited

        return await find_outcome_awaited(self._native, error_or_json, known_ids)

    def reconcile(self, since: str | datetime) -> AsyncMissedEvents:
        """Iterate over what has ended since then, as :meth:`LomiClient.reconcile` does."""
        from ._missed_events import AsyncMissedEvents

        return AsyncMissedEvents(self._native, since)

    if TYPE_CHECKING:

        @overload
        async def download(
            self,
            url: str,
            to: None = None,
            *,
            max_bytes: int | None = None,
            timeout: Timeout | None = None,
            connect_timeout: float | timedelta | None = None,
            attempt_timeout: float | timedelta | None = None,
            idle_timeout: float | timedelta | None = None,
            max_retries: int | None = None,
        ) -> bytes: ...

        @overload
        async def download(
            self,
            url: str,
            to: str | PathLike[str],
            *,
            max_bytes: int | None = None,
            timeout: Timeout | None = None,
            connect_timeout: float | timedelta | None = None,
            attempt_timeout: float | timedelta | None = None,
            idle_timeout: float | timedelta | None = None,
            max_retries: int | None = None,
        ) -> int: ...

    async def download(
        self,
        url: str,
        to: str | PathLike[str] | None = None,
        *,
        max_bytes: int | None = None,
        timeout: Timeout | None = None,
        connect_timeout: float | timedelta | None = None,
        attempt_timeout: float | timedelta | None = None,
        idle_timeout: float | timedelta | None = None,
        max_retries: int | None = None,
    ) -> bytes | int:
        """Download a file that the API links to, as :meth:`LomiClient.download` does."""
        from ._async_calls import call as call_async

        options = {
            "timeout": timeout,
            "connect_timeout": connect_timeout,
            "attempt_timeout": attempt_timeout,
            "idle_timeout": idle_timeout,
            "max_retries": max_retries,
        }
        target = (url, to, max_bytes)
        value: bytes | int
        value, _ = await call_async(self._native, target, None, None, None, options, PLAIN_DICTS)
        return value

    async def prewarm(self) -> None:
        """Open a connection for the next call, as :meth:`LomiClient.prewarm` does."""
        from ._async_calls import call as call_async

        await call_async(self._native, None, None, None, None, None, PLAIN_DICTS)

    async def close(self) -> None:
        """Do nothing: connections belong to the process and close when they are idle."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *ignored: object) -> None:
        await self.close()


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "AsyncMissedEvents@_missed_events FoundOutcome@_find_outcome MissedEvents@_missed_events "
        "Timeout@_convert.arguments",
    )
