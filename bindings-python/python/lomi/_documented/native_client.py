"""The native client of a documented ``Configuration``. One is made per set of settings."""

from __future__ import annotations

from .._lomi import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..configuration import Configuration

_clients: dict[tuple[Any, ...], Client] = {}


def native(configuration: Configuration, user_agent: str | None, keyless: bool = False) -> Client:
    """Give the native client for the present values of a configuration."""
    key = None if keyless else _key(configuration)
    settings = (
        configuration.host,
        key,
        None if key is None else configuration.api_key_prefix.get("ApiKeyAuth"),
        user_agent,
        retries_of(configuration.retries),
        connection_settings(configuration),
    )
    hooks = (configuration.on_request, configuration.on_response)
    # A hook need not be hashable. Its id is not given to another one: its client keeps it alive.
    name = (*settings, *map(id, hooks))
    client = _clients.get(name)
    if client is None:
        if len(_clients) >= 64:
            _clients.clear()
        client = _clients[name] = make(*settings, *hooks)
    return client


def _key(configuration: Configuration) -> str | None:
    if configuration.refresh_api_key_hook is not None:
        configuration.refresh_api_key_hook(configuration)
    return configuration.api_key.get("ApiKeyAuth") or None


def make(
    host: str,
    key: str | None,
    prefix: str | None,
    user_agent: str | None,
    retries: int | None,
    connection: tuple[Any, ...],
    on_request: Any,
    on_response: Any,
) -> Client:
    ca_file, ca_data, certificate, key_file, server_name, proxy, proxy_headers, allow_http = (
        connection
    )
    files = [file for file in (ca_file, _file_of(ca_data)) if file]
    return Client(
        {
            "base_url": host,
            "api_key": key,
            "documented": True,
            "key_optional": True,
            "api_key_prefix": prefix,
            "user_agent": user_agent,
            "max_retries": retries,
            "ca_files": files or None,
            "certificate_file": certificate,
            "key_file": key_file,
            "tls_server_name": server_name,
            "proxy": proxy,
            "proxy_headers": dict(proxy_headers),
            "allow_http": allow_http,
            "on_request": on_request,
            "on_response": on_response,
        }
    )


def connection_settings(configuration: Configuration) -> tuple[Any, ...]:
    """Give the settings of connections: TLS, proxy, plain HTTP."""
    return (
        configuration.ssl_ca_cert,
        configuration.ca_cert_data,
        configuration.cert_file,
        configuration.key_file,
        configuration.tls_server_name,
        configuration.proxy,
        tuple((configuration.proxy_headers or {}).items()),
        configuration.allow_http,
    )


def retries_of(given: Any) -> int | None:
    """Read a number, or urllib3's Retry object, of which only ``total`` counts."""
    if given is None or given is True:
        return None
    if given is False:
        return 0
    total = getattr(given, "total", given)
    return None if total is None else int(total)


def _file_of(data: str | bytes | None) -> str | None:
    """Write certificates to a file that is deleted when the process ends."""
    if not data:
        return None
    import atexit
    import os
    import ssl
    import tempfile

    text = data if isinstance(data, str) else ssl.DER_cert_to_PEM_cert(data)
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(text)
    made_by = os.getpid()

    def remove() -> None:
        if os.getpid() == made_by:  # a forked child leaves its parent's file alone
            os.unlink(file.name)

    atexit.register(remove)
    return file.name
