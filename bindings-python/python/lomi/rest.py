"""Requests and responses below the documented client."""

from __future__ import annotations

import io

from ._calls import call
from ._documented.native_client import common_settings, make
from ._lomi import PLAIN_DICTS, Client
from .exceptions import ApiException, ApiValueError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ._headers import Headers
    from ._lomi import LastResponse
    from .configuration import Configuration

__all__ = [
    "ApiException",
    "ApiValueError",
    "HTTPResponse",
    "RESTClientObject",
    "RESTResponse",
    "RESTResponseType",
    "SUPPORTED_SOCKS_PROXIES",
    "is_socks_proxy_url",
]

SUPPORTED_SOCKS_PROXIES = {"socks5", "socks5h", "socks4", "socks4a"}


def is_socks_proxy_url(url: str | None) -> bool:
    """Say whether a URL is that of a SOCKS proxy."""
    if url is None or "://" not in url:
        return False
    return url.split("://")[0].lower() in SUPPORTED_SOCKS_PROXIES


class HTTPResponse(io.IOBase):
    """An HTTP response of any status, with urllib3's names."""

    def __init__(self, response: LastResponse) -> None:
        self._response = response
        self._unread = io.BytesIO(response.body)
        self.status = response.status

    @property
    def reason(self) -> str | None:
        """The usual phrase for the status."""
        from ._lomi import reason_phrase

        return reason_phrase(self.status)

    @property
    def headers(self) -> Headers:
        """The headers; names ignore case."""
        return self._response.headers

    @property
    def data(self) -> bytes:
        """The whole body."""
        return self._response.body

    def read(self, amt: int | None = None, **ignored: Any) -> bytes:
        """Read the rest of the body, or some of it."""
        return self._unread.read(-1 if amt is None else amt)

    def stream(self, amt: int = 65536, **ignored: Any) -> Iterator[bytes]:
        """Read the body piece by piece."""
        while piece := self.read(amt):
            yield piece

    def json(self) -> Any:
        """Read the body as JSON."""
        import json

        return json.loads(self.data)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def getheaders(self) -> Headers:
        """Give the headers."""
        return self.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """Give one header."""
        return self.headers.get(name, default)

    def release_conn(self) -> None:
        """Do nothing: the connection is free already."""

    def drain_conn(self) -> None:
        """Do nothing: the body is read already."""


#: What ``*_without_preload_content`` gives.
RESTResponseType = HTTPResponse


class RESTResponse(io.IOBase):
    """A response whose ``data`` is None until :meth:`read` is called."""

    def __init__(self, resp: Any) -> None:
        self.response = resp
        self.status: int = resp.status
        self.reason: str | None = resp.reason
        self.data: bytes | None = None

    def read(self) -> bytes:
        """Read the whole body."""
        data: bytes = self.response.data if self.data is None else self.data
        self.data = data
        return data

    def getheaders(self) -> Mapping[str, str]:
        """Give the headers."""
        headers: Mapping[str, str] = self.response.headers
        return headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """Give one header."""
        return self.getheaders().get(name, default)


class RESTClientObject:
    """Sends single requests to whole URLs."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        post_params: Any = None,
        _request_timeout: Any = None,
    ) -> RESTResponse:
        """Send a request and give the response, whatever its status.

        :param headers: every header, the key among them
        :param body: what to send as JSON
        :param post_params: not supported; the API takes JSON only
        """
        if post_params:
            if body:
                raise ApiValueError("body parameter cannot be used with post_params parameter.")
            raise ApiValueError("The API takes JSON only; there are no form parameters.")
        origin, path = split_url(url)
        configuration = self.configuration
        client = _bare(configuration, origin)
        options = {"headers": dict(headers or {}), "any_status": True, **timeouts(_request_timeout)}
        _, response = call(client, (method.upper(), path), None, None, body, options, PLAIN_DICTS)
        return RESTResponse(HTTPResponse(response))


def _bare(configuration: Configuration, origin: str) -> Client:
    """Give a client for an origin, without a key: the key is among the headers."""
    return make(configuration, {**common_settings(configuration), "base_url": origin})


def split_url(url: str) -> tuple[str, str]:
    """Split a URL into its origin and its path."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not mark or not host:
        raise ApiValueError(f"this is not a URL: {url!r}")
    return f"{scheme}://{host}", slash + path or "/"


def timeouts(given: Any) -> dict[str, Any]:
    """Read ``_request_timeout``: seconds in all, or a pair (to connect, to read).

    The pair limits one attempt; the whole call may take the sum of both.
    """
    if given is None:
        return {}
    if isinstance(given, tuple) and len(given) != 2:
        raise ApiValueError("_request_timeout is a number, or a pair (connect, read)")
    return {"timeout": given}


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "Configuration Headers@_headers LastResponse@_lomi",
    )
