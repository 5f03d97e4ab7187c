"""The single steps of a documented call, for programs that make them by hand."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from .. import models
from .._lomi import check_client_headers
from .._model.base import Model
from ..api_response import ApiResponse
from ..errors import LomiError, UnexpectedResponseError, ValidationError, of_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..api_client import ApiClient
    from ..rest import RESTResponse

_DELIMITERS = {"ssv": " ", "tsv": "\t", "pipes": "|"}
_JSON = re.compile(r"^application/(json|[\w!#$&.+\-^_]+\+json)\s*(;|$)", re.IGNORECASE)


def request(
    client: ApiClient,
    method: str,
    resource_path: str,
    path_params: Any,
    query_params: Any,
    header_params: dict[str, Any] | None,
    body: Any,
    post_params: Any,
    files_given: Any,
    auth_settings: list[str] | None,
    collection_formats: dict[str, str] | None,
    host: str | None,
    request_auth: Mapping[str, Any] | None,
) -> tuple[str, str, dict[str, str], Any, Any]:
    """Build method, URL, headers, body and form of a request."""
    configuration = client.configuration
    of_every_call = dict(configuration.headers or {})
    check_client_headers([*of_every_call, *client.default_headers])
    headers = {**of_every_call, **(header_params or {})}
    headers.update(client.default_headers)
    if client.cookie:
        headers["Cookie"] = client.cookie
    headers = dict(tuples(sanitize(headers), collection_formats))
    for name, value in tuples(sanitize(path_params or {}), collection_formats):
        safe = configuration.safe_chars_for_path_param
        resource_path = resource_path.replace("{" + name + "}", quote(str(value), safe=safe))
    form = tuples(sanitize(post_params or []), collection_formats) if post_params else post_params
    if files_given:
        form = [*(form or []), *files(files_given)]
    query = list(tuples(query_params or [], collection_formats=None))
    client.update_params_for_auth(
        headers, query, auth_settings, resource_path, method, body, request_auth
    )
    if body:
        body = sanitize(body)
    use_configured = host is None or configuration.ignore_operation_servers
    url = (configuration.host if use_configured else str(host)) + resource_path
    if query:
        url += "?" + url_query(sanitize(query), collection_formats)
    return method, url, headers, body, form


def response(client: ApiClient, answer: RESTResponse, types: Mapping[str, Any]) -> ApiResponse[Any]:
    """Convert a response whose body was read already."""
    assert answer.data is not None, (
        "RESTResponse.read() must be called before passing it to response_deserialize()"
    )
    status = answer.status
    success = 200 <= status <= 299
    kind = types.get(str(status)) or types.get(f"{str(status)[0]}XX")
    if kind is None and success:
        # A success with another status has the type of the documented success.
        kind = next((kind for code, kind in types.items() if code[:1] == "2"), None)
    text = answer.data.decode("utf-8", "replace")
    data: Any = None
    if kind == "bytearray":
        data = answer.data
    elif kind is not None:
        try:
            data = client.deserialize(text, kind, answer.getheader("content-type"))
        except LomiError:
            if success:
                raise
    if not success:
        raise of_status(status)(http_resp=answer, body=text, data=data)
    return ApiResponse(
        status_code=status, data=data, raw_data=answer.data, headers=answer.getheaders()
    )


def sanitize(obj: Any) -> Any:
    """Convert a value to types that JSON has."""
    if obj is None or isinstance(obj, (str, int, float, bytes)):
        return getattr(obj, "value", obj) if type(obj) is not str else obj
    if isinstance(obj, (list, tuple)):
        return type(obj)(sanitize(item) for item in obj)
    if isinstance(obj, dict):
        return {name: sanitize(value) for name, value in obj.items()}
    if isinstance(obj, Model):
        return sanitize(obj._to_send())
    from .._convert.plain_data import plain

    data = plain(obj, as_given=True)
    if isinstance(data, tuple) and data[0] is None:
        raise ValidationError(f"a value {data[1]}")
    if isinstance(data, tuple):  # the digits of a decimal
        return str(obj)
    return sanitize(obj.__dict__ if data is obj else data)


def deserialize(text: str, kind: Any, content_type: str | None) -> Any:
    """Read text as a type."""
    model = _model_of(kind)
    is_text = content_type is not None and content_type.lower().startswith("text/")
    if model is not None and not is_text:
        return model.from_json(text) if text else None
    if is_text:
        return _typed(text, kind)
    if content_type is not None and not _JSON.match(content_type):
        raise UnexpectedResponseError(f"Unsupported content type: {content_type}")
    try:
        value = json.loads(text) if text else ""
    except ValueError as error:
        if content_type is None:
            return _typed(text, kind)
        raise UnexpectedResponseError(f"the response is not JSON: {error}") from None
    return _typed(value, kind)


def _model_of(kind: Any) -> type[Model] | None:
    if isinstance(kind, str):
        kind = getattr(models, kind, None) if kind[:1].isupper() and "[" not in kind else None
    return kind if isinstance(kind, type) and issubclass(kind, Model) else None


def _typed(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, str):
        if match := re.match(r"List\[(.*)]$", kind):
            return [_typed(item, match[1]) for item in value]
        if match := re.match(r"Dict\[([^,]*), (.*)]$", kind):
            return {name: _typed(item, match[2]) for name, item in value.items()}
        kind = native_types().get(kind) or getattr(models, kind)
    if isinstance(kind, type) and issubclass(kind, Model):
        return kind.from_dict(value)
    if kind is object:
        return value
    if getattr(kind, "__module__", "") == "datetime":
        from .._convert.times_and_ids import moment

        read = moment(value)
        if isinstance(read, str):
            raise UnexpectedResponseError(f"Failed to parse `{value}` as {kind.__name__} object")
        return read if kind.__name__ == "datetime" else read.date()
    try:
        return kind(value)
    except (TypeError, ValueError):
        return value


def native_types() -> dict[str, type]:
    """Give the types that have a name."""
    import datetime
    import decimal

    return {
        "int": int,
        "long": int,
        "float": float,
        "str": str,
        "bool": bool,
        "date": datetime.date,
        "datetime": datetime.datetime,
        "decimal": decimal.Decimal,
        "object": object,
    }


def tuples(params: Any, collection_formats: Mapping[str, str] | None) -> list[tuple[str, Any]]:
    """Give parameters as pairs, lists joined as their format says."""
    return _pairs(params, collection_formats or {}, str)


def _pairs(params: Any, formats: Mapping[str, str], write: Any) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in params.items() if isinstance(params, dict) else params:
        if name not in formats:
            pairs.append((name, value))
        elif formats[name] == "multi":
            pairs.extend((name, item) for item in value)
        else:
            delimiter = _DELIMITERS.get(formats[name], ",")
            pairs.append((name, delimiter.join(write(item) for item in value)))
    return pairs


def url_query(params: Any, collection_formats: Mapping[str, str] | None) -> str:
    """Give parameters as the query string of a URL."""
    formats = collection_formats or {}
    parts = []
    for name, value in _pairs(params, formats, lambda item: quote(str(item))):
        if isinstance(value, bool):
            value = str(value).lower()
        elif isinstance(value, dict):
            value = json.dumps(value)
        joined = name in formats and formats[name] != "multi"
        parts.append(f"{name}={value if joined else quote(str(value))}")
    return "&".join(parts)


def files(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give files as form parameters: name, (file name, content, type)."""
    from mimetypes import guess_type
    from os.path import basename

    parts: list[tuple[str, Any]] = []
    for name, file in given.items():
        if isinstance(file, list):
            items: Iterable[Any] = file
            for item in items:
                parts.extend(files({name: item}))
            continue
        if isinstance(file, str):
            with open(file, "rb") as opened:
                filename, content = basename(file), opened.read()
        elif isinstance(file, bytes):
            filename, content = name, file
        elif isinstance(file, tuple):
            filename, content = file
        else:
            raise ValueError("Unsupported file value")
        parts.append(
            (name, (filename, content, guess_type(filename)[0] or "application/octet-stream"))
        )
    return parts
