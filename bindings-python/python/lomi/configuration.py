"""The settings of the documented client: host, key, TLS, proxy, logging."""

from __future__ import annotations

from ._lomi import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta
    from os import PathLike
    from typing import Any, ClassVar

    from typing_extensions import Self

    from ._convert.arguments import Timeout
    from ._documented.setting_types import (
        JSON_SCHEMA_VALIDATION_KEYWORDS as JSON_SCHEMA_VALIDATION_KEYWORDS,
    )
    from ._documented.setting_types import APIKeyAuthSetting as APIKeyAuthSetting
    from ._documented.setting_types import AuthSettings as AuthSettings
    from ._documented.setting_types import BasicAuthSetting as BasicAuthSetting
    from ._documented.setting_types import BearerAuthSetting as BearerAuthSetting
    from ._documented.setting_types import BearerFormatAuthSetting as BearerFormatAuthSetting
    from ._documented.setting_types import GenericAuthSetting as GenericAuthSetting
    from ._documented.setting_types import HostSetting as HostSetting
    from ._documented.setting_types import HostSettingVariable as HostSettingVariable
    from ._documented.setting_types import HTTPSignatureAuthSetting as HTTPSignatureAuthSetting
    from ._documented.setting_types import OAuth2AuthSetting as OAuth2AuthSetting
    from ._documented.setting_types import ServerVariablesT as ServerVariablesT
    from ._lomi import RequestEvent as RequestEvent
    from ._lomi import ResponseEvent as ResponseEvent
    from .types import Limits

#: The hosts of the API, live first.
HOSTS: tuple[tuple[str, str], ...] = (
    ("https://api.lomi.africa/v1", "Production server"),
    ("https://sandbox.api.lomi.africa/v1", "Sandbox server"),
)


class Configuration:
    """The settings of a client. May be changed at any time; the next call follows.

    The key goes into ``api_key["ApiKeyAuth"]`` and is sent as ``X-API-KEY``.

    :param host: the URL of the API; https, or http on this machine
    :param api_key: keys by name; ``ApiKeyAuth`` is the one that the API reads
    :param api_key_prefix: a word before the key, by the same name
    :param username: for :meth:`get_basic_auth_token`; the API does not read it
    :param password: the same
    :param access_token: kept; the API does not read it
    :param server_index: 0 live, 1 sandbox; counts more than ``host``
    :param server_variables: kept; the hosts have no variables
    :param server_operation_index: kept; every operation has the same hosts
    :param server_operation_variables: kept
    :param ignore_operation_servers: kept
    :param ssl_ca_cert: a file of certificates to trust besides the system's
    :param retries: how many times a safe call is repeated; None is 2
    :param ca_cert_data: certificates to trust besides the system's, as PEM text
    :param cert_file: a client certificate, for servers that ask for one, as a file of PEM text
    :param key_file: the file of its key; the same file where left out
    :param debug: log at debug level; a key is never logged
    :param routes: the route style: ``auto`` (detect it), ``documented``, ``current``
        or ``newest``
    :param timeout: seconds for a whole call, repeats included; None is 60. The
        ``_request_timeout`` of a call counts more
    :param attempt_timeout: seconds for one attempt, as in :class:`lomi.LomiClient`
    :param connect_timeout: seconds to wait for a connection; None is 10
    :param idle_timeout: the most seconds between two chunks of a response; None is 15
    :param max_connections: the most connections at once; None is 256
    :param headers: headers for every call. Those of ``ApiClient.set_default_header`` and of a
        call count more
    :param ca_files: more files of certificates to trust
    :param limits: limits on responses, such as ``{"body": 1_000_000}``
    :param allow_http: allow plain HTTP to another machine, in a private network: the key is
        sent unencrypted
    :param on_request: called with a :class:`lomi.RequestEvent` before each attempt of a call
    :param on_response: called with a :class:`lomi.ResponseEvent` after each attempt. What a hook
        raises changes nothing about the call; it is logged once
    """

    _default: ClassVar[Configuration | None] = None

    def __init__(
        self,
        host: str | None = None,
        api_key: dict[str, str] | None = None,
        api_key_prefix: dict[str, str] | None = None,
        username: str | None = None,
        password: str | None = None,
        access_token: str | None = None,
        server_index: int | None = None,
        server_variables: dict[str, str] | None = None,
        server_operation_index: dict[int, int] | None = None,
        server_operation_variables: dict[int, dict[str, str]] | None = None,
        ignore_operation_servers: bool = False,
        ssl_ca_cert: str | None = None,
        retries: Any = None,
        ca_cert_data: str | bytes | None = None,
        cert_file: str | None = None,
        key_file: str | None = None,
        *,
        debug: bool | None = None,
        routes: str | None = None,
        timeout: Timeout | None = None,
        attempt_timeout: float | timedelta | None = None,
        connect_timeout: float | timedelta | None = None,
        idle_timeout: float | timedelta | None = None,
        max_connections: int | None = None,
        headers: Mapping[str, str] | None = None,
        ca_files: Sequence[str | PathLike[str]] | None = None,
        limits: Limits | None = None,
        allow_http: bool = False,
        on_request: Callable[[RequestEvent], object] | None = None,
        on_response: Callable[[ResponseEvent], object] | None = None,
    ) -> None:
        self._base_path = HOSTS[0][0] if host is None else host
        self.server_index = 0 if server_index is None and host is None else server_index
        self.server_variables = server_variables or {}
        self.server_operation_index = server_operation_index or {}
        self.server_operation_variables = server_operation_variables or {}
        self.ignore_operation_servers = ignore_operation_servers
        self.api_key: dict[str, str] = api_key or {}
        self.api_key_prefix: dict[str, str] = api_key_prefix or {}
        self.refresh_api_key_hook: Callable[[Configuration], Any] | None = None
        self.username = username
        self.password = password
        self.access_token = access_token
        self.ssl_ca_cert = ssl_ca_cert
        self.retries = retries
        self.ca_cert_data = ca_cert_data
        self.cert_file = cert_file
        self.key_file = key_file
        self.routes = routes
        self.timeout = timeout
        self.attempt_timeout = attempt_timeout
        self.connect_timeout = connect_timeout
        self.idle_timeout = idle_timeout
        self.max_connections = max_connections
        self.headers = headers
        self.ca_files = ca_files
        self.limits = limits
        self.allow_http = allow_http
        self.on_request = on_request
        self.on_response = on_response
        # Certificates are always verified: otherwise the key could go to another server.
        self.verify_ssl = True
        self.assert_hostname: Any = None
        #: The name that the server's certificate must have; that of its host where None.
        self.tls_server_name: str | None = None
        #: The URL of a proxy, HTTP or SOCKS5; that of ``HTTPS_PROXY`` where None.
        self.proxy: str | None = None
        #: Headers for the proxy alone.
        self.proxy_headers: dict[str, str] | None = None
        self.socket_options: Any = None
        self.safe_chars_for_path_param = ""
        self.client_side_validation = True
        self.temp_folder_path: str | None = None
        self.datetime_format = "%Y-%m-%dT%H:%M:%S.%f%z"
        self.date_format = "%Y-%m-%d"
        self._pool_size: int | None = None
        self._debug = False
        self._logger_format = "%(asctime)s %(levelname)s %(message)s"
        self._logger_file: str | None = None
        self.logger_stream_handler: Any = None
        self.logger_file_handler: Any = None
        if debug is not None:
            self.debug = debug

    # Host

    @property
    def host(self) -> str:
        """The URL of the API. Setting it clears ``server_index``."""
        return self.get_host_from_settings(self.server_index, variables=self.server_variables)

    @host.setter
    def host(self, value: str) -> None:
        self._base_path = value
        self.server_index = None

    def get_host_settings(self) -> list[dict[str, Any]]:
        """Give the hosts of the API, each with url and description."""
        return [{"url": url, "description": description} for url, description in HOSTS]

    def get_host_from_settings(
        self,
        index: int | None,
        variables: Mapping[str, str] | None = None,
        servers: list[dict[str, Any]] | None = None,
    ) -> str:
        """Give a host by its position; the one that was set where the position is None."""
        if index is None:
            return self._base_path
        servers = self.get_host_settings() if servers is None else servers
        try:
            server = servers[index]
        except IndexError:
            raise ValueError(
                f"Invalid index {index} when selecting the host settings. "
                f"Must be less than {len(servers)}"
            ) from None
        url: str = server["url"]
        for name, variable in server.get("variables", {}).items():
            used: str = (variables or {}).get(name) or variable["default_value"]
            allowed = variable.get("enum_values")
            if allowed and used not in allowed:
                raise ValueError(
                    f"The variable `{name}` in the host URL has invalid value {used}. "
                    f"Must be {allowed}."
                )
            url = url.replace("{" + name + "}", used)
        return url

    # Keys

    def get_api_key_with_prefix(self, identifier: str, alias: str | None = None) -> str | None:
        """Give a key, after its prefix where it has one. Calls the refresh hook first."""
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        key = self.api_key.get(identifier) or (self.api_key.get(alias) if alias else None)
        if not key:
            return None
        prefix = self.api_key_prefix.get(identifier)
        return f"{prefix} {key}" if prefix else key

    def get_basic_auth_token(self) -> str:
        """Give the value of a basic authorization header."""
        from base64 import b64encode

        pair = f"{self.username or ''}:{self.password or ''}"
        return "Basic " + b64encode(pair.encode()).decode()

    def auth_settings(self) -> dict[str, dict[str, Any]]:
        """Give the header of the key; an empty dictionary where there is no key."""
        if "ApiKeyAuth" not in self.api_key:
            return {}
        return {
            "ApiKeyAuth": {
                "type": "api_key",
                "in": "header",
                "key": "X-API-KEY",
                "value": self.get_api_key_with_prefix("ApiKeyAuth"),
            }
        }

    # The default instance

    @classmethod
    def set_default(cls, default: Configuration | None) -> None:
        """Set the configuration of every client that is made without one."""
        cls._default = default

    @classmethod
    def get_default(cls) -> Configuration:
        """Give the configuration of every client that is made without one."""
        if cls._default is None:
            cls._default = cls()
        return cls._default

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """Give the same object as :meth:`get_default`, as it always has."""
        return cls.get_default()

    # Logging

    @property
    def logger(self) -> dict[str, logging.Logger]:
        """The loggers of the package."""
        from logging import getLogger

        return {"package_logger": getLogger("lomi"), "urllib3_logger": getLogger("urllib3")}

    @property
    def debug(self) -> bool:
        """Whether the package's logger is at debug level."""
        return self._debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self._debug = value
        for logger in self.logger.values():
            logger.setLevel("DEBUG" if value else "WARNING")

    @property
    def logger_format(self) -> str:
        """The format of log lines."""
        return self._logger_format

    @logger_format.setter
    def logger_format(self, value: str) -> None:
        self._logger_format = value

    @property
    def logger_formatter(self) -> logging.Formatter:
        """A formatter of :attr:`logger_format`."""
        from logging import Formatter

        return Formatter(self._logger_format)

    @property
    def logger_file(self) -> str | None:
        """A file to log to."""
        return self._logger_file

    @logger_file.setter
    def logger_file(self, value: str | None) -> None:
        self._logger_file = value
        if value:
            from logging import FileHandler

            self.logger_file_handler = FileHandler(value)
            self.logger_file_handler.setFormatter(self.logger_formatter)
            for logger in self.logger.values():
                logger.addHandler(self.logger_file_handler)

    # The rest

    @property
    def connection_pool_maxsize(self) -> int:
        """Accepted and kept. Connections are pooled for all clients of a process together."""
        if self._pool_size is None:
            from os import cpu_count

            self._pool_size = (cpu_count() or 1) * 5
        return self._pool_size

    @connection_pool_maxsize.setter
    def connection_pool_maxsize(self, value: int) -> None:
        self._pool_size = value

    def to_debug_report(self) -> str:
        """Give the versions that a bug report needs, without secrets."""
        import sys

        return (
            "Python SDK Debug Report:\n"
            f"OS: {sys.platform}\n"
            f"Python Version: {sys.version}\n"
            "Version of the API: 1.1.0\n"
            f"SDK Package Version: {__version__}"
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from copy import deepcopy

        made = self.__class__.__new__(self.__class__)
        memo[id(self)] = made
        for name, value in self.__dict__.items():
            shared = name in (
                "logger_file_handler",
                "logger_stream_handler",
                "refresh_api_key_hook",
                "on_request",
                "on_response",
            )
            made.__dict__[name] = value if shared else deepcopy(value, memo)
        return made

    def __repr__(self) -> str:
        from ._lomi import redact

        shown = {name: "***" if key else key for name, key in self.api_key.items()}
        return redact(f"Configuration(host={self.host!r}, api_key={shown!r})")


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "logging@ "
        "APIKeyAuthSetting@_documented.setting_types "
        "AuthSettings@_documented.setting_types "
        "BasicAuthSetting@_documented.setting_types "
        "BearerAuthSetting@_documented.setting_types "
        "BearerFormatAuthSetting@_documented.setting_types "
        "GenericAuthSetting@_documented.setting_types "
        "HTTPSignatureAuthSetting@_documented.setting_types "
        "HostSetting@_documented.setting_types "
        "HostSettingVariable@_documented.setting_types "
        "JSON_SCHEMA_VALIDATION_KEYWORDS@_documented.setting_types "
        "OAuth2AuthSetting@_documented.setting_types "
        "ServerVariablesT@_documented.setting_types "
        "Limits@types Timeout@_convert.arguments RequestEvent@_lomi "
        "ResponseEvent@_lomi",
    )
