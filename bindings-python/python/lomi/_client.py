"""``LomiClient`` and ``AsyncLomiClient``: the settings, and the resources."""

from __future__ import annotations

from ._calls import call
from ._client_resources import AsyncResources, Resources
from ._convert.arguments import headers as _headers
from ._convert.arguments import query as _query
from ._lomi import PLAIN_DICTS, Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import timedelta
    from os import PathLike
    from typing import Any, overload

    from typing_extensions import Self

    from ._convert.arguments import Timeout
    from ._find_outcome import FoundOutcome
    from ._lomi import RequestEvent, ResponseEvent
    from .types import Limits


class _Base:
    """The settings of both clients."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        environment: str | None = None,
        base_url: str | None = None,
        timeout: Timeout | None = None,
        max_retries: int | None = None,
        routes: str | None = None,
        headers: Mapping[str, str] | None = None,
        connect_timeout: float | timedelta | None = None,
        attempt_timeout: float | timedelta | None = None,
        idle_timeout: float | timedelta | None = None,
        ca_file: str | PathLike[str] | None = None,
        ca_files: Sequence[str | PathLike[str]] | None = None,
        certificate_file: str | PathLike[str] | None = None,
        key_file: str | PathLike[str] | None = None,
        tls_server_name: str | None = None,
        proxy: str | None = None,
        proxy_headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        api_version: str | None = None,
        max_connections: int | None = None,
        limits: Limits | None = None,
        allow_http: bool = False,
        on_request: Callable[[RequestEvent], object] | None = None,
        on_response: Callable[[ResponseEvent], object] | None = None,
    ) -> None:
        """Check the settings. Nothing is opened or sent.

        :param api_key: a secret key; the variable ``LOMI_API_KEY`` where left out
        :param environment: ``test`` or ``live``; follows from the key where left out
        :param base_url: the URL of the API; ``LOMI_BASE_URL`` where left out
        :param timeout: seconds for a whole call, repeats included; 60 where left out or None.
            A timedelta, a pair (connect, read) or an ``httpx.Timeout`` will do as well, and
            ``math.inf`` is no limit
        :param max_retries: how many times a safe call is repeated; 2 where left out
        :param routes: the route style: ``auto`` (detect it), ``documented``, ``current``
            or ``newest``
        :param headers: headers for every call
        :param connect_timeout: seconds to wait for a connection; 10 where left out
        :param attempt_timeout: seconds for one attempt; where left out, 30 for what is sent
            again after it (reads and create), and the whole ``timeout`` for other writes
        :param idle_timeout: the most seconds between two chunks of a response; 15 where left
            out
        :param ca_file: a file of certificates to trust besides the system's
        :param ca_files: the same, for several files
        :param certificate_file: a file (PEM) with a client certificate, for a server that requests
            one
        :param key_file: a file (PEM) with the key of the client certificate; ``certificate_file``
            where left out
        :param tls_server_name: the name that the server's certificate must have; that of the host
            where left out
        :param proxy: the URL of a proxy, HTTP or SOCKS5; ``HTTPS_PROXY`` where left out
        :param proxy_headers: headers that only an HTTP proxy receives
        :param user_agent: the header ``User-Agent``
        :param api_version: the header ``Lomi-Version``, such as ``1.2.0``: the version that the
            newest API answers as; older servers ignore it
        :param max_connections: the most connections at once; 256 where left out. Calls beyond
            them wait within their timeout
        :param limits: limits on responses, such as ``{"body": 1_000_000}``; a larger response is a
            :class:`lomi.ResponseTooLargeError`
        :param allow_http: allow plain HTTP to another machine, in a private network: the key is
            sent unencrypted
        :param on_request: called with a :class:`lomi.RequestEvent` before each attempt of a call
        :param on_response: called with a :class:`lomi.ResponseEvent` after each attempt. What a
            hook raises changes nothing about the call; it is logged once
        """
        self._settings: dict[str, Any] = {
            "api_key": api_key,
            "environment": environment,
            "base_url": base_url,
            "timeout": timeout,
            "max_retries": max_retries,
            "routes": routes,
            "headers": _headers("headers", headers),
            "connect_timeout": connect_timeout,
            "attempt_timeout": attempt_timeout,
            "idle_timeout": idle_timeout,
            "ca_file": ca_file,
            "ca_files": ca_files,
            "certificate_file": certificate_file,
            "key_file": key_file,
            "tls_server_name": tls_server_name,
            "proxy": proxy,
            "proxy_headers": _headers("proxy_headers", proxy_headers),
            "user_agent": user_agent,
            "api_version": api_version,
            "max_connections": max_connections,
            "limits": limits,
            "allow_http": allow_http,
            "on_request": on_request,
            "on_response": on_response,
        }
        self._native = Client(self._settings)

    def with_options(self, **settings: Any) -> Self:
        """Make a client with some settings changed: ``client.with_options(timeout=5)``."""
        for name in settings:
            if name not in self._settings:
                from ._unknown_names import unknown

                raise unknown("with_options()", name, self._settings)
        made = object.__new__(type(self))
        made._settings = {**self._settings, **settings}
        made._native = Client(made._settings)
        return made

    @property
    def base_url(self) -> str:
        """The base URL of the API."""
        return self._native.base_url

    @property
    def timeout(self) -> float:
        """Seconds for a whole call."""
        return self._native.timeout

    @property
    def max_retries(self) -> int:
        """How many times a safe call is repeated."""
        return self._native.max_retries

    def __repr__(self) -> str:
        key = self._native.masked_key
        return f"<{type(self).__name__} api_key={key} base_url={self.base_url}>"

    def __copy__(self) -> Self:
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __deepcopy__(self, memo: Any) -> Self:
        from copy import deepcopy

        made = memo[id(self)] = object.__new__(type(self))
        for name in ("on_request", "on_response"):
            hook = self._settings[name]
            memo[id(hook)] = hook  # the copy calls the same hooks, which need not be copyable
        made.__dict__.update(deepcopy(self.__dict__, memo))
        return made

    def __reduce__(self) -> Any:
        raise TypeError(
            f"a {type(self).__name__} holds an API key and cannot be pickled; "
            "make one where it is needed"
        )


class LomiClient(Resources, _Base):
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

    def close(self) -> None:
        """Do nothing: connections belong to the process and close when they are idle."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()


class AsyncLomiClient(AsyncResources, _Base):
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
        "FoundOutcome@_find_outcome Timeout@_convert.arguments Limits@types RequestEvent@_lomi "
        "ResponseEvent@_lomi",
    )
