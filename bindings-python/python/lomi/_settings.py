"""The settings of both clients."""

from __future__ import annotations

from ._convert.arguments import headers as _headers
from ._lomi import Client, Offline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta
    from os import PathLike
    from typing import Any

    from typing_extensions import Self

    from ._convert.arguments import Timeout
    from ._lomi import RequestEvent, ResponseEvent
    from .types import Limits


class Settings:
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
        record: str | PathLike[str] | None = None,
        lang: str | None = None,
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
            again after it (reads, and a create whose key the server checks), else ``timeout``
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
        :param record: a file to which every attempt is appended as JSON, with keys and personal
            data masked, for :meth:`replay`; the variable ``LOMI_RECORD`` where left out
        :param lang: the language of error messages, ``en`` or ``fr``; the variable ``LOMI_LANG``
            where left out, else English
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
            "record": record,
            "lang": lang,
            "on_request": on_request,
            "on_response": on_response,
        }
        self._native = Client(self._settings)

    @classmethod
    def replay(cls, file: str | PathLike[str], **settings: Any) -> Self:
        """Make a client whose calls are answered from a recording: nothing is sent.

        :param file: what ``LOMI_RECORD`` or the setting ``record`` has written
        :param settings: more settings of the client; it needs no key
        :raises lomi.ConfigurationError: for a file that is missing or no recording, and later for
            a request that is not in it
        """
        return cls._offline(Offline.replay(file), settings)

    @classmethod
    def _offline(cls, offline: Offline, settings: dict[str, Any]) -> Self:
        # Not the key and the address of the environment.
        made = cls("lomi_sk_test_offline", base_url="https://offline.invalid", **settings)
        made._settings["offline"] = offline
        made._native = Client(made._settings)
        return made

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
        for name in ("on_request", "on_response", "offline"):
            shared = self._settings.get(name)
            memo[id(shared)] = shared  # the copy calls the same hooks, which need not be copyable
        made.__dict__.update(deepcopy(self.__dict__, memo))
        return made

    def __reduce__(self) -> Any:
        raise TypeError(
            f"a {type(self).__name__} holds an API key and cannot be pickled; "
            "make one where it is needed"
        )


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "Timeout@_convert.arguments Limits@types RequestEvent@_lomi ResponseEvent@_lomi",
    )
