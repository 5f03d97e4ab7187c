"""The documented client: a configuration, default headers, and the steps of a call."""

from __future__ import annotations

from ._calls import call
from ._documented.native_client import native
from ._lomi import DOCUMENTED_MODELS, __version__
from .configuration import Configuration
from .rest import HTTPResponse, RESTClientObject, timeouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, ClassVar

    from typing_extensions import Self

    from . import rest as rest
    from ._lomi import LastResponse
    from .api_response import ApiResponse as ApiResponse
    from .api_response import T as ApiResponseT  # noqa: F401
    from .exceptions import ApiException as ApiException
    from .exceptions import ApiValueError as ApiValueError
    from .exceptions import BadRequestException as BadRequestException
    from .exceptions import ForbiddenException as ForbiddenException
    from .exceptions import NotFoundException as NotFoundException
    from .exceptions import ServiceException as ServiceException
    from .exceptions import UnauthorizedException as UnauthorizedException
    from .rest import RESTResponse

    RequestSerialized = tuple[str, str, dict[str, str], Any, list[Any]]
else:
    RequestSerialized = tuple


class _NativeTypes:
    """The types that :meth:`ApiClient.deserialize` takes by name."""

    def __get__(self, client: object, owner: type) -> dict[str, type]:
        from ._documented import call_steps

        return call_steps.native_types()


class ApiClient:
    """Makes the calls of the API classes.

    :param configuration: the settings; the default configuration where left out
    :param header_name: a header for every call
    :param header_value: its value
    :param cookie: a Cookie header for every call
    """

    PRIMITIVE_TYPES = (float, bool, bytes, str, int)
    NATIVE_TYPES_MAPPING = _NativeTypes()
    _default: ClassVar[ApiClient | None] = None

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
    ) -> None:
        self.configuration = Configuration.get_default() if configuration is None else configuration
        self.rest_client = RESTClientObject(self.configuration)
        self.default_headers: dict[str, Any] = {}
        if header_name is not None:
            self.default_headers[header_name] = header_value
        self.cookie = cookie
        self.user_agent = f"lomi-python/{__version__}"
        self.client_side_validation = self.configuration.client_side_validation

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        """Do nothing: connections belong to the process."""

    @property
    def user_agent(self) -> str:
        """The header ``User-Agent``."""
        agent: str = self.default_headers["User-Agent"]
        return agent

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.default_headers["User-Agent"] = value

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Set a header for every call. It wins over a header of one call."""
        self.default_headers[header_name] = header_value

    @classmethod
    def get_default(cls) -> ApiClient:
        """Give the client of every API class that is made without one."""
        if cls._default is None:
            cls._default = ApiClient()
        return cls._default

    @classmethod
    def set_default(cls, default: ApiClient | None) -> None:
        """Set the client of every API class that is made without one."""
        cls._default = default

    # One operation, as the API classes call it

    def _operate(
        self,
        operation: str,
        path: dict[str, Any] | None,
        query: dict[str, Any] | None,
        body: Any,
        timeout: Any = None,
        auth: Mapping[str, Any] | None = None,
        content_type: str | None = None,
        headers: Mapping[str, Any] | None = None,
        host_index: int = 0,
        *,
        any_status: bool = False,
    ) -> tuple[Any, LastResponse]:
        if host_index != 0 or isinstance(host_index, bool):
            from .errors import ValidationError

            raise ValidationError(f"_host_index can only be 0, not {host_index!r}")
        sent: dict[str, Any] = dict(headers or {})
        if content_type:
            sent["Content-Type"] = content_type
        defaults = dict(self.default_headers)
        agent = defaults.pop("User-Agent", sent.pop("User-Agent", None))
        sent = {name: value for name, value in sent.items() if name not in defaults}
        if self.cookie:
            sent["Cookie"] = self.cookie
        options: dict[str, Any] = timeouts(timeout)
        client = native(self.configuration, agent, keyless=bool(auth))
        if auth:
            query = dict(query or {})
            extra: list[tuple[str, Any]] = []
            self._apply_auth_params(sent, extra, None, None, None, auth)
            query.update(extra)
        if any_status:
            options["any_status"] = True
        if sent:
            options["headers"] = sent
        if defaults:
            options["default_headers"] = defaults
        return call(client, operation, path, query, body, options, DOCUMENTED_MODELS)

    def _raw(self, *call: Any) -> HTTPResponse:
        return HTTPResponse(self._operate(*call, any_status=True)[1])

    # The steps of a call, one by one

    def param_serialize(
        self,
        method: str,
        resource_path: str,
        path_params: Any = None,
        query_params: Any = None,
        header_params: dict[str, Any] | None = None,
        body: Any = None,
        post_params: Any = None,
        files: Any = None,
        auth_settings: list[str] | None = None,
        collection_formats: dict[str, str] | None = None,
        _host: str | None = None,
        _request_auth: Mapping[str, Any] | None = None,
    ) -> RequestSerialized:
        """Build the arguments of :meth:`call_api`: method, URL, headers, body and form."""
        from ._documented import call_steps

        return call_steps.request(
            self,
            method,
            resource_path,
            path_params,
            query_params,
            header_params,
            body,
            post_params,
            files,
            auth_settings,
            collection_formats,
            _host,
            _request_auth,
        )

    def call_api(
        self,
        method: str,
        url: str,
        header_params: Mapping[str, str] | None = None,
        body: Any = None,
        post_params: Any = None,
        _request_timeout: Any = None,
    ) -> RESTResponse:
        """Send one request to a whole URL and give the response, whatever its status."""
        return self.rest_client.request(
            method,
            url,
            headers=header_params,
            body=body,
            post_params=post_params,
            _request_timeout=_request_timeout,
        )

    def response_deserialize(
        self, response_data: RESTResponse, response_types_map: Mapping[str, Any] | None = None
    ) -> ApiResponse[Any]:
        """Read a response by the types of its statuses; raise for a status that is no success."""
        from ._documented import call_steps

        return call_steps.response(self, response_data, response_types_map or {})

    def sanitize_for_serialization(self, obj: Any) -> Any:
        """Convert a value to types that JSON has."""
        from ._documented import call_steps

        return call_steps.sanitize(obj)

    def deserialize(self, response_text: str, response_type: Any, content_type: str | None) -> Any:
        """Read text as a type: a model's name, ``List[...]``, ``Dict[str, ...]`` or a class."""
        from ._documented import call_steps

        return call_steps.deserialize(response_text, response_type, content_type)

    def parameters_to_tuples(
        self, params: Any, collection_formats: Mapping[str, str] | None
    ) -> list[tuple[str, Any]]:
        """Give parameters as pairs, lists joined as their format says."""
        from ._documented import call_steps

        return call_steps.tuples(params, collection_formats)

    def parameters_to_url_query(
        self, params: Any, collection_formats: Mapping[str, str] | None
    ) -> str:
        """Give parameters as the query string of a URL."""
        from ._documented import call_steps

        return call_steps.url_query(params, collection_formats)

    def files_parameters(self, files: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Give files as form parameters."""
        from ._documented import call_steps

        return call_steps.files(files)

    def select_header_accept(self, accepts: Iterable[str]) -> str | None:
        """Choose the JSON among content types, else the first."""
        return _json_of(list(accepts))

    def select_header_content_type(self, content_types: Iterable[str]) -> str | None:
        """Choose the JSON among content types, else the first."""
        return _json_of(list(content_types))

    def update_params_for_auth(
        self,
        headers: dict[str, Any],
        queries: Any,
        auth_settings: list[str] | None,
        resource_path: Any,
        method: Any,
        body: Any,
        request_auth: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the key into headers or query: that of the call, else that of the configuration."""
        if not auth_settings:
            return
        if request_auth:
            self._apply_auth_params(headers, queries, resource_path, method, body, request_auth)
            return
        known = self.configuration.auth_settings()
        for name in auth_settings:
            if name in known:
                self._apply_auth_params(headers, queries, resource_path, method, body, known[name])

    def _apply_auth_params(
        self,
        headers: dict[str, Any],
        queries: Any,
        resource_path: Any,
        method: Any,
        body: Any,
        auth_setting: Mapping[str, Any],
    ) -> None:
        if auth_setting["in"] == "cookie":
            headers["Cookie"] = auth_setting["value"]
        elif auth_setting["in"] == "header":
            if auth_setting["type"] != "http-signature":
                headers[auth_setting["key"]] = auth_setting["value"]
        elif auth_setting["in"] == "query":
            queries.append((auth_setting["key"], auth_setting["value"]))
        else:
            from ._exceptions import ApiValueError

            raise ApiValueError("Authentication token must be in `query` or `header`")


def _json_of(types: list[str]) -> str | None:
    for name in types:
        if "json" in name.lower():
            return name
    return types[0] if types else None


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "ApiException ApiResponse ApiValueError@exceptions "
        "ApiResponseT@api_response BadRequestException@exceptions "
        "ForbiddenException@exceptions NotFoundException@exceptions "
        "ServiceException@exceptions UnauthorizedException@exceptions rest "
        "RESTResponse@rest LastResponse@_lomi",
    )
