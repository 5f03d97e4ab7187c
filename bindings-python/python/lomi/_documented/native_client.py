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
    key, prefix = (None, None) if keyless else _key(configuration)
    settings = {
        **common_settings(configuration),
        "base_url": configuration.host,
        "api_key": key,
        "api_key_prefix": prefix,
        "user_agent": user_agent,
        "routes": configuration.routes,
        "headers": _pairs(configuration.headers),
    }
    # A hook need not be hashable. Its id is not given to another one: its client keeps it alive.
    hooks = (id(configuration.on_request), id(configuration.on_response))
    name = (*settings.values(), *hooks)
    try:
        client = _clients.get(name)
    except TypeError:  # a value that is no setting, which the native client refuses
        return make(configuration, settings)
    if client is None:
        if len(_clients) >= 64:
            _clients.clear()
        client = _clients[name] = make(configuration, settings)
    return client


def _key(configuration: Configuration) -> tuple[str | None, str | None]:
    """Give the key and its prefix."""
    if _is_overridden(configuration, "get_api_key_with_prefix", "auth_settings"):
        setting = configuration.auth_settings().get("ApiKeyAuth", {})
        value = setting.get("value") or configuration.get_api_key_with_prefix("ApiKeyAuth")
        prefix, _, key = (value or "").rpartition(" ")
        return key or None, prefix or None
    if configuration.refresh_api_key_hook is not None:
        configuration.refresh_api_key_hook(configuration)
    key = configuration.api_key.get("ApiKeyAuth") or None
    return key, None if key is None else configuration.api_key_prefix.get("ApiKeyAuth")


def _is_overridden(configuration: Configuration, *names: str) -> bool:
    """Say whether a subclass has a method of its own, as one that reads keys from a vault."""
    from ..configuration import Configuration

    if type(configuration) is Configuration:
        return False
    return any(
        getattr(getattr(configuration, name), "__func__", None) is not getattr(Configuration, name)
        for name in names
    )


def make(configuration: Configuration, settings: dict[str, Any]) -> Client:
    """Make a native client from the settings that :func:`common_settings` gives, and more."""
    settings = {
        **settings,
        "documented": True,
        "key_optional": True,
        "on_request": configuration.on_request,
        "on_response": configuration.on_response,
    }
    settings["ca_data_file"] = _file_of(settings.pop("ca_cert_data"))
    return Client(settings)


def common_settings(configuration: Configuration) -> dict[str, Any]:
    """Give the settings that do not depend on the host: times, TLS, proxy, limits.

    The values can be compared and are hashable, unless they are wrong.
    """
    timeout, connect = configuration.timeout, configuration.connect_timeout
    if timeout is not None and type(timeout) is not float and type(timeout) is not int:
        timeout, of_pair = _times(timeout)
        connect = of_pair if connect is None else connect
    ca_files = configuration.ca_files
    return {
        "timeout": timeout,
        "attempt_timeout": configuration.attempt_timeout,
        "connect_timeout": connect,
        "idle_timeout": configuration.idle_timeout,
        "max_retries": retries_of(configuration.retries),
        "max_connections": configuration.max_connections,
        "limits": _pairs(configuration.limits),
        "ca_file": configuration.ssl_ca_cert or None,
        "ca_files": tuple(ca_files) if isinstance(ca_files, list) else ca_files,
        "ca_cert_data": configuration.ca_cert_data,
        "certificate_file": configuration.cert_file,
        "key_file": configuration.key_file,
        "tls_server_name": configuration.tls_server_name,
        "proxy": configuration.proxy,
        "proxy_headers": _pairs(configuration.proxy_headers),
        "allow_http": configuration.allow_http,
    }


def _times(timeout: Any) -> tuple[float | None, float | None]:
    """Give the seconds of a timeout that is no number, and those for connecting."""
    from .._convert.timeouts import parts

    try:
        return parts("timeout", timeout)
    except ValueError as error:
        from .._lomi import message
        from ..errors import ConfigurationError

        raise ConfigurationError(message("not_a_timeout", name="timeout", given=error)) from None


def _pairs(given: Any) -> Any:
    """Give a dictionary as pairs, which are hashable. The native client refuses anything else."""
    if given is None:
        return None
    return tuple(given.items()) if hasattr(given, "items") else given


def retries_of(given: Any) -> int | None:
    """Read a number, or urllib3's Retry object, of which only ``total`` counts."""
    if given is None or given is True:
        return None
    if given is False:
        return 0
    total = getattr(given, "total", given)
    return None if total is None else int(total)


#: The files with certificates, by process and content.
_files: dict[tuple[int, str | bytes], str] = {}


def _file_of(data: str | bytes | None) -> str | None:
    """Write certificates to a file that is deleted when the process ends."""
    if not data:
        return None
    import atexit
    import contextlib
    import os
    import ssl
    import tempfile

    made_by = os.getpid()
    known = _files.get((made_by, data))
    if known is not None and os.path.exists(known):
        return known
    text = data if isinstance(data, str) else ssl.DER_cert_to_PEM_cert(data)
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(text)
    _files[made_by, data] = file.name

    def remove() -> None:
        if os.getpid() == made_by:  # a forked child leaves its parent's file alone
            with contextlib.suppress(FileNotFoundError):
                os.unlink(file.name)

    atexit.register(remove)
    return file.name
